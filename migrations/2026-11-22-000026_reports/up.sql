-- What tools for business intelligence read: the samples of each series by hour and by day, as compaction last left them.
-- Days are the account's own. They come from the same pieces as hours, so that they are right again as soon as the
-- account changes its zone; there is no second copy of them that could be wrong.
create schema reports;

-- Row n of a chunk's pieces is element n of each of its arrays. A chunk may end within a piece, and then the next one
-- begins with the rest of it.
create view reports.pieces with (security_invoker = true) as
select chunks.account_id, metrics.name as metric, metrics.unit, series.id as series_id, series.labels, chunks.earliest,
    piece.*
from metrics.chunks
join metrics.series on series.account_id = chunks.account_id and series.id = chunks.series_id
join metrics.metrics on metrics.account_id = series.account_id and metrics.id = series.metric_id
cross join lateral unnest(
    piece_starts, piece_counts, piece_sums, piece_minima, piece_maxima, piece_firsts, piece_lasts
) as piece (start, count, sum, min, max, first, last);

create view reports.hours with (security_invoker = true) as
select account_id, metric, unit, series_id, labels, date_trunc('hour', start, 'UTC') as hour,
    sum(count) as count, sum(sum) as sum, sum(sum) / sum(count) as avg, min(min) as min, max(max) as max,
    (array_agg(first order by start, earliest))[1] as first,
    (array_agg(last order by start desc, earliest desc))[1] as last
from reports.pieces
group by account_id, metric, unit, series_id, labels, date_trunc('hour', start, 'UTC');

-- A zone that this server of PostgreSQL does not know would be an error in every row; its accounts are shown days of UTC.
create view reports.days with (security_invoker = true) as
select account_id, metric, unit, series_id, labels, (start at time zone coalesce(time_zone, 'UTC'))::date as day,
    sum(count) as count, sum(sum) as sum, sum(sum) / sum(count) as avg, min(min) as min, max(max) as max,
    (array_agg(first order by start, earliest))[1] as first,
    (array_agg(last order by start desc, earliest desc))[1] as last
from reports.pieces left join (
    select account_id, time_zone from metrics.calendars join pg_timezone_names on name = time_zone
) as known using (account_id)
group by account_id, metric, unit, series_id, labels, (start at time zone coalesce(time_zone, 'UTC'))::date;

-- The reader sees every account: it is the operator's, who gives it a password or leaves it without. Of the tables it sees
-- what the views are made of, and no samples.
grant usage on schema metrics, reports to tallykeep_reader;
grant select on reports.pieces, reports.hours, reports.days to tallykeep_reader;
grant select (account_id, id, name, unit) on metrics.metrics to tallykeep_reader;
grant select (account_id, id, metric_id, labels) on metrics.series to tallykeep_reader;
grant select (account_id, series_id, earliest, piece_starts, piece_counts, piece_sums, piece_minima, piece_maxima,
    piece_firsts, piece_lasts) on metrics.chunks to tallykeep_reader;
grant select (account_id, time_zone) on metrics.calendars to tallykeep_reader;
create policy reported on metrics.metrics for select to tallykeep_reader using (true);
create policy reported on metrics.series for select to tallykeep_reader using (true);
create policy reported on metrics.chunks for select to tallykeep_reader using (true);
create policy reported on metrics.calendars for select to tallykeep_reader using (true);
