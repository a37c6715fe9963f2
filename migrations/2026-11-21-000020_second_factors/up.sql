-- Apps that make codes (RFC 6238): one that counts for an account, and beside it one that was not shown to work yet.
create table auth.totp_secrets (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null unique,
    -- Sealed.
    secret text not null,
    created_at timestamptz not null default now(),
    -- Null until the first right code.
    confirmed_at timestamptz,
    -- The last step of time whose code was used. No code of it, or of one before it, is good again.
    last_step bigint,
    primary key (account_id, id),
    check ((confirmed_at is null) = (last_step is null))
);
create unique index on auth.totp_secrets (account_id) where confirmed_at is not null;
create unique index on auth.totp_secrets (account_id) where confirmed_at is null;
alter table auth.totp_secrets enable row level security, force row level security;
create policy own on auth.totp_secrets using (account_id = (select public.current_account()));
create policy operated on auth.totp_secrets using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.totp_secrets to tallykeep_auth;

-- Codes that were written down for when the other factor is lost. One that was used is gone.
create table auth.recovery_codes (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    code_hash bytea not null,
    created_at timestamptz not null default now(),
    primary key (account_id, code_hash)
);
alter table auth.recovery_codes enable row level security, force row level security;
create policy own on auth.recovery_codes using (account_id = (select public.current_account()));
create policy operated on auth.recovery_codes using ((select public.acts_as_operator()));
grant select, insert, delete on auth.recovery_codes to tallykeep_auth;

-- Who is in such a group signs in with two factors or not at all. That is asked of an account that signs in, which sees
-- the groups that it is in.
alter table auth.groups add column requires_second_factor boolean not null default false;
grant update (requires_second_factor) on auth.groups to tallykeep_auth;
create policy joined on auth.groups for select using (exists (
    select from auth.group_members
    where group_name = name and account_id = (select public.current_account())
));
