alter table auth.sessions drop column methods;
