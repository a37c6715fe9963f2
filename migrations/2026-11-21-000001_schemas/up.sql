-- A schema per owner of data. Services share the server, never tables.
revoke all on schema public from public;

create schema auth;
grant usage on schema auth to tallykeep_auth;

create schema metrics;
grant usage on schema metrics to tallykeep_ingest, tallykeep_query;

-- The account that the current transaction acts for, or null. Policies compare with it, so a transaction that
-- names no account sees no row. The empty text is what a setting falls back to after a transaction that set it.
create function public.current_account() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('tallykeep.account', true), '')::uuid;

-- The credential that the current transaction looks up: the SHA-256 of a token, in hexadecimal, or an e-mail
-- address. A service may read the one row that it can name the secret of before it knows whose row it is.
create function public.presented_credential() returns text
    language sql stable parallel safe
    return nullif(current_setting('tallykeep.credential', true), '');

grant usage on schema public to tallykeep_auth, tallykeep_ingest, tallykeep_query;
