alter table auth.accounts
    -- What people call its person.
    add column name text,
    -- The language that its person reads, a BCP 47 tag in canonical case.
    add column locale text,
    -- Since when an administrator keeps it out.
    add column disabled_at timestamptz,
    -- When it is to be erased. It is kept out from the moment that this is set.
    add column erase_after timestamptz;
grant delete on auth.accounts to tallykeep_auth;
-- The administrator that it names may be erased, and then it names another.
grant update on auth.installation to tallykeep_auth;

-- Groups of accounts. They tell other tools who somebody is, and mean nothing to Tallykeep itself.
create table auth.groups (
    name text primary key,
    created_at timestamptz not null default now()
);
alter table auth.groups enable row level security, force row level security;
create policy operated on auth.groups using ((select public.acts_as_operator()));
grant select, insert, delete on auth.groups to tallykeep_auth;

create table auth.group_members (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    group_name text not null references auth.groups (name) on delete cascade,
    created_at timestamptz not null default now(),
    primary key (account_id, group_name)
);
create index on auth.group_members (group_name);
alter table auth.group_members enable row level security, force row level security;
create policy own on auth.group_members using (account_id = (select public.current_account()));
create policy operated on auth.group_members using ((select public.acts_as_operator()));
grant select, insert, delete on auth.group_members to tallykeep_auth;

-- Accounts that are erased or being erased, for ever: a tombstone, which holds nothing but a number that named
-- somebody. There is no reference to the account, which goes before it. Copy this table back into a backup that is
-- restored, and what was erased since is erased again: the account by the next job of the auth service, and the data
-- of other services once the rows of auth.erasure_confirmations are left out, so that they are asked again.
create table auth.erasures (
    account_id uuid primary key,
    created_at timestamptz not null default now()
);
alter table auth.erasures enable row level security, force row level security;
create policy own on auth.erasures using (account_id = (select public.current_account()));
create policy operated on auth.erasures using ((select public.acts_as_operator()));
grant select, insert on auth.erasures to tallykeep_auth;

-- The services that have erased what they had of it.
create table auth.erasure_confirmations (
    account_id uuid not null references auth.erasures (account_id) on delete cascade,
    service text not null,
    created_at timestamptz not null default now(),
    primary key (account_id, service)
);
alter table auth.erasure_confirmations enable row level security, force row level security;
create policy own on auth.erasure_confirmations using (account_id = (select public.current_account()));
create policy operated on auth.erasure_confirmations using ((select public.acts_as_operator()));
grant select, insert on auth.erasure_confirmations to tallykeep_auth;

-- Accounts whose data was erased here. Nothing is written for one of them again, whoever still believes in it: a
-- request that was let in before, a cache, another replica.
create table metrics.erased_accounts (
    account_id uuid primary key,
    created_at timestamptz not null default now()
);
alter table metrics.erased_accounts enable row level security, force row level security;
create policy own on metrics.erased_accounts using (account_id = (select public.current_account()));
grant select, insert on metrics.erased_accounts to tallykeep_ingest;

-- The question holds nothing of the row, so it is asked once for a statement, however many rows that writes.
create policy alive on metrics.metrics as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy alive on metrics.series as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy alive on metrics.segments as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy alive on metrics.entries as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy alive on metrics.entry_values as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
grant delete on metrics.metrics, metrics.series to tallykeep_ingest;
