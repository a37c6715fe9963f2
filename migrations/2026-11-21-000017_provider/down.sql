drop table auth.client_tokens;
drop table auth.authorizations;
drop table auth.consents;
drop table auth.clients;
delete from auth.signing_keys where algorithm <> 'EdDSA';
alter table auth.signing_keys drop column algorithm;
