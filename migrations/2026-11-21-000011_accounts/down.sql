revoke delete on metrics.metrics, metrics.series from tallykeep_ingest;
drop policy alive on metrics.entry_values;
drop policy alive on metrics.entries;
drop policy alive on metrics.segments;
drop policy alive on metrics.series;
drop policy alive on metrics.metrics;
drop table metrics.erased_accounts;
drop table auth.erasure_confirmations;
drop table auth.erasures;
drop table auth.group_members;
drop table auth.groups;
revoke update on auth.installation from tallykeep_auth;
revoke delete on auth.accounts from tallykeep_auth;
alter table auth.accounts
    drop column erase_after,
    drop column disabled_at,
    drop column locale,
    drop column name;
