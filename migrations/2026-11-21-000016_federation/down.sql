drop table auth.departures;
drop table auth.identities;
alter table auth.accounts drop column has_password;
