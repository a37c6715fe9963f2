drop table auth.outbox;
drop table auth.one_time_tokens;
alter table auth.accounts drop column email_verified_at;
