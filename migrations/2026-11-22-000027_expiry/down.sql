drop policy operated on metrics.metrics;
drop policy operated on metrics.retentions;
