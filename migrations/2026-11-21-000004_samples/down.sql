drop table metrics.chunks;
drop table metrics.segments;
