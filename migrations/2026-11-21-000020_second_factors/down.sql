drop policy joined on auth.groups;
alter table auth.groups drop column requires_second_factor;
drop table auth.recovery_codes;
drop table auth.totp_secrets;
