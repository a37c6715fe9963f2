-- The worker looks after samples that ingest has written: it makes chunks of segments. No client ever reaches it.
grant usage on schema public, metrics to tallykeep_worker;
grant select on metrics.metrics, metrics.series, metrics.erased_accounts to tallykeep_worker;
grant select, insert, update, delete on metrics.segments, metrics.chunks to tallykeep_worker;

-- For how long a segment has waited to be merged. Its times are its samples', which may be years old.
alter table metrics.segments add column written_at timestamptz not null default now();

-- In which time zone an account counts its days, as the auth service said last. Its row is also what a compaction of the
-- account locks.
create table metrics.calendars (
    account_id uuid primary key,
    -- An IANA name.
    time_zone text not null default 'UTC',
    -- The zone at whose midnights the account's chunks are cut into pieces. Where it is another one, they are to be cut
    -- anew.
    cut_in text not null default 'UTC',
    updated_at timestamptz not null default now()
);
alter table metrics.calendars enable row level security, force row level security;
create policy own on metrics.calendars using (account_id = (select public.current_account()));
grant select, insert, update on metrics.calendars to tallykeep_worker;
grant select on metrics.calendars to tallykeep_query;
-- For the erasure of an account.
grant select, delete on metrics.calendars to tallykeep_ingest;

-- What was erased does not come back, neither as chunks nor as an account to look after.
create policy alive on metrics.chunks as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy alive on metrics.calendars as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));

-- Which accounts there is something to do for. Of all roles only the worker asks that.
create policy operated on metrics.segments for select to tallykeep_worker
    using ((select public.acts_as_operator()));
create policy operated on metrics.calendars for select to tallykeep_worker
    using ((select public.acts_as_operator()));
