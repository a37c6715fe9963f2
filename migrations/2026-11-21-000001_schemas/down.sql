revoke usage on schema public from tallykeep_auth, tallykeep_ingest, tallykeep_query;
drop function public.presented_credential();
drop function public.current_account();
drop schema metrics;
drop schema auth;
-- What PostgreSQL 15 and newer give by themselves.
grant usage on schema public to public;
