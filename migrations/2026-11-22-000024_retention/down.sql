drop table metrics.retentions;
alter table metrics.metrics
    drop column rollup_retention_days,
    drop column raw_retention_days;
