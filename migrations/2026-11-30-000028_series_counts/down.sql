drop table metrics.series_counts;
