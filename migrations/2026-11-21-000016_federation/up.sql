alter table auth.accounts
    -- Whether its person chose the password. Where not, it is one that nobody knows, and a provider signs them in.
    add column has_password boolean not null default true;

-- Who somebody is at another provider (OpenID Connect), and which account that is here.
create table auth.identities (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    -- SHA-256 of the issuer, a space and the subject, by which it is found before anybody knows whose it is. That it is
    -- unique makes issuer and subject so: no address has a space.
    presented_hash bytea not null unique,
    issuer text not null,
    -- What the issuer calls its person, for ever: `sub`.
    subject text not null,
    -- The address that the issuer knew when it was last used. It decides nothing.
    email text,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    primary key (account_id, id)
);
alter table auth.identities enable row level security, force row level security;
create policy own on auth.identities using (account_id = (select public.current_account()));
create policy presented on auth.identities for select
    using (presented_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.identities using ((select public.acts_as_operator()));
grant select, insert, delete, update (email, last_used_at) on auth.identities to tallykeep_auth;

-- Browsers that were sent to a provider and are expected back, once and soon. What is secret about it, the browser alone
-- has.
create table auth.departures (
    -- SHA-256 of the token in the browser's cookie.
    token_hash bytea primary key,
    provider text not null,
    purpose text not null check (purpose in ('sign_in', 'link', 'reauthenticate')),
    -- The session that asked, where it is not to sign in.
    session_id uuid,
    -- The path to go on to.
    return_to text not null,
    -- SHA-256 of the token of an invitation, for somebody who is new.
    invitation_hash bytea,
    -- The zone in which the days of somebody who is new are counted.
    time_zone text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
alter table auth.departures enable row level security, force row level security;
create policy presented on auth.departures
    using (token_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.departures using ((select public.acts_as_operator()));
grant select, insert, delete on auth.departures to tallykeep_auth;
