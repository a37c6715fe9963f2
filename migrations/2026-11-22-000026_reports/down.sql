drop policy reported on metrics.calendars;
drop policy reported on metrics.chunks;
drop policy reported on metrics.series;
drop policy reported on metrics.metrics;
revoke select (account_id, time_zone) on metrics.calendars from tallykeep_reader;
revoke select (account_id, series_id, earliest, piece_starts, piece_counts, piece_sums, piece_minima, piece_maxima,
    piece_firsts, piece_lasts) on metrics.chunks from tallykeep_reader;
revoke select (account_id, id, metric_id, labels) on metrics.series from tallykeep_reader;
revoke select (account_id, id, name, unit) on metrics.metrics from tallykeep_reader;
revoke usage on schema metrics from tallykeep_reader;
drop schema reports cascade;
