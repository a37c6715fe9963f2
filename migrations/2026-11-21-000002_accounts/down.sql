drop table auth.invitations;
drop table auth.api_keys;
drop table auth.sessions;
drop table auth.installation;
drop table auth.accounts;
