create table auth.accounts (
    id uuid primary key,
    email text not null unique,
    password_hash text not null,
    role text not null check (role in ('administrator', 'member')),
    time_zone text not null,
    created_at timestamptz not null default now()
);
alter table auth.accounts enable row level security, force row level security;
create policy own on auth.accounts using (id = (select public.current_account()));
create policy presented on auth.accounts for select using (email = (select public.presented_credential()));
grant select, insert, update on auth.accounts to tallykeep_auth;

-- One row, written by whoever registers first. Its key decides a race for the administrator's place, and it
-- answers whether there is any account at all, which row-level security hides.
create table auth.installation (
    only_row boolean primary key default true check (only_row),
    administrator_id uuid not null references auth.accounts (id),
    created_at timestamptz not null default now()
);
create index on auth.installation (administrator_id);
grant select, insert on auth.installation to tallykeep_auth;

create table auth.sessions (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    token_hash bytea not null unique,
    user_agent text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (account_id, id)
);
alter table auth.sessions enable row level security, force row level security;
create policy own on auth.sessions using (account_id = (select public.current_account()));
create policy presented on auth.sessions for select
    using (token_hash = decode((select public.presented_credential()), 'hex'));
grant select, insert, update, delete on auth.sessions to tallykeep_auth;

create table auth.api_keys (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    name text not null,
    -- The first characters of the key, by which its owner knows it again.
    prefix text not null,
    secret_hash bytea not null unique,
    scopes text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (account_id, id)
);
alter table auth.api_keys enable row level security, force row level security;
create policy own on auth.api_keys using (account_id = (select public.current_account()));
create policy presented on auth.api_keys for select
    using (secret_hash = decode((select public.presented_credential()), 'hex'));
grant select, insert, update, delete on auth.api_keys to tallykeep_auth;

create table auth.invitations (
    -- Who invited.
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    token_hash bytea not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (account_id, id)
);
alter table auth.invitations enable row level security, force row level security;
create policy own on auth.invitations using (account_id = (select public.current_account()));
create policy presented on auth.invitations
    using (token_hash = decode((select public.presented_credential()), 'hex'));
grant select, insert, delete on auth.invitations to tallykeep_auth;
