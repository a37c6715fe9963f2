drop table metrics.entry_values;
drop table metrics.entries;
