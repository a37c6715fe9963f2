-- Counters are combined as they were before. Even the table's owner sees no row of it as long as its policies are forced.
alter table metrics.metrics no force row level security;
update metrics.metrics set aggregation = 'last' where aggregation in ('increase', 'rate');
alter table metrics.metrics force row level security;
alter table metrics.metrics
    drop constraint metrics_aggregation_check,
    add constraint metrics_aggregation_check
        check (aggregation in ('avg', 'min', 'max', 'sum', 'count', 'last'));
