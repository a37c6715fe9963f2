alter table metrics.segments reset (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold,
    toast.autovacuum_vacuum_scale_factor, toast.autovacuum_vacuum_threshold
);
drop table metrics.deletions;
revoke usage on sequence metrics.segments_id_seq from tallykeep_ingest;
revoke select on metrics.chunks from tallykeep_query;
revoke select, delete on metrics.chunks from tallykeep_ingest;
alter table metrics.chunks
    drop column piece_starts,
    drop column piece_counts,
    drop column piece_sums,
    drop column piece_minima,
    drop column piece_maxima,
    drop column piece_firsts,
    drop column piece_lasts,
    drop column piece_increases;
