drop policy operated on metrics.segments;
drop policy alive on metrics.chunks;
drop table metrics.calendars;
alter table metrics.segments drop column written_at;
revoke select, insert, update, delete on metrics.segments, metrics.chunks from tallykeep_worker;
revoke select on metrics.metrics, metrics.series, metrics.erased_accounts from tallykeep_worker;
revoke usage on schema public, metrics from tallykeep_worker;
