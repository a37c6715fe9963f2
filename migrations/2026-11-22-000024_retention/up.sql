-- For how many days the samples of a metric are kept, and for how many what they amount to piece by piece. Null is what the
-- account says.
alter table metrics.metrics
    add column raw_retention_days integer check (raw_retention_days between 1 and 36500),
    add column rollup_retention_days integer
        check (rollup_retention_days between 1 and 36500 and rollup_retention_days >= raw_retention_days);

-- The same for the metrics of an account that say nothing themselves. Null is for ever, and so is an account without a row.
create table metrics.retentions (
    account_id uuid primary key,
    raw_days integer check (raw_days between 1 and 36500),
    rollup_days integer check (rollup_days between 1 and 36500),
    updated_at timestamptz not null default now(),
    check (rollup_days is null or raw_days is not null and raw_days <= rollup_days)
);
alter table metrics.retentions enable row level security, force row level security;
create policy own on metrics.retentions using (account_id = (select public.current_account()));
create policy alive on metrics.retentions as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
grant select, insert, update, delete on metrics.retentions to tallykeep_ingest;
grant select on metrics.retentions to tallykeep_query, tallykeep_worker;
