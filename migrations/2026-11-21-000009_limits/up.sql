-- Tries in vain to prove who one is. There is no account in it: what nobody has registered is locked like what somebody
-- has, and the table does not tell the two apart.
create table auth.lockouts (
    -- SHA-256 of the account, or of the address where there is none.
    subject bytea primary key,
    failures integer not null,
    last_failed_at timestamptz not null
);
alter table auth.lockouts enable row level security, force row level security;
create policy presented on auth.lockouts
    using (subject = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.lockouts using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.lockouts to tallykeep_auth;

-- How far each client has used up what it may ask for. It is written for each such request and worthless after a
-- minute or two, so it is not logged: a crash of the server gives every client one burst anew, and no request waits
-- for a disk. It belongs to no account, so there is no policy.
create unlogged table auth.rate_limits (
    -- An IPv4 address, or the /64 network of an IPv6 address.
    client text primary key,
    -- When the client will have earned back what it has spent (GCRA's theoretical arrival time).
    spent_until timestamptz not null
);
grant select, insert, update, delete on auth.rate_limits to tallykeep_auth;
