-- How many series each account has: what a bound on them is held to. To count them whenever one is added would take the
-- longer the more there are. The row is also what those who add series to one account wait for in turn.
create table metrics.series_counts (
    account_id uuid primary key,
    series bigint not null check (series >= 0)
);
insert into metrics.series_counts select account_id, count(*) from metrics.series group by account_id;
alter table metrics.series_counts enable row level security, force row level security;
create policy own on metrics.series_counts using (account_id = (select public.current_account()));
create policy alive on metrics.series_counts as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
grant select, insert, update, delete on metrics.series_counts to tallykeep_ingest;
