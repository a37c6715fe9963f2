-- When the person proved to read what is sent to the address; null where nobody has asked or answered yet.
alter table auth.accounts add column email_verified_at timestamptz;

-- What a link in a mail is good for, once. A newer one of the same purpose takes the place of the older.
create table auth.one_time_tokens (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    purpose text not null check (purpose in ('change_email', 'reset_password', 'verify_email')),
    token_hash bytea not null unique,
    -- The address that it is about: the new one for a change, else the one that the account had.
    email text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (account_id, purpose)
);
alter table auth.one_time_tokens enable row level security, force row level security;
create policy own on auth.one_time_tokens using (account_id = (select public.current_account()));
create policy presented on auth.one_time_tokens
    using (token_hash = decode((select public.presented_credential()), 'hex'));
grant select, insert, update, delete on auth.one_time_tokens to tallykeep_auth;

-- Mail to send, and for an hour what was sent, by which it is bounded. It holds no secret: the token of a link is made
-- when its mail is sent.
create table auth.outbox (
    id uuid primary key,
    -- Null for a wish for the account with the address, if there is one. It is written all the same, so that it takes
    -- as long; the job finds out.
    account_id uuid references auth.accounts (id) on delete cascade,
    purpose text not null,
    -- Where it goes; empty for a wish that names no address.
    email text not null,
    -- What else the mail tells.
    detail jsonb not null default '{}',
    attempts integer not null default 0,
    created_at timestamptz not null default now(),
    -- When it is tried next. Whoever tries it moves this on first.
    due_at timestamptz not null default now(),
    sent_at timestamptz
);
create index on auth.outbox (account_id, purpose, sent_at);
create index on auth.outbox (due_at) where sent_at is null;
alter table auth.outbox enable row level security, force row level security;
create policy own on auth.outbox using (account_id = (select public.current_account()));
create policy operated on auth.outbox using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.outbox to tallykeep_auth;
