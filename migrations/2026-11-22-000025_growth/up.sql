-- loosens metrics_aggregation_check
-- How much a counter grew, and how fast, are two more ways to combine samples.
alter table metrics.metrics
    drop constraint metrics_aggregation_check,
    add constraint metrics_aggregation_check
        check (aggregation in ('avg', 'min', 'max', 'sum', 'count', 'last', 'increase', 'rate'));
