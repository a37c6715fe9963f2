drop table metrics.series;
drop table metrics.metrics;
