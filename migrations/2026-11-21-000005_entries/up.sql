-- One local calendar day, filled in by a person.
create table metrics.entries (
    account_id uuid not null,
    date date not null,
    note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (account_id, date)
);
alter table metrics.entries enable row level security, force row level security;
create policy own on metrics.entries using (account_id = (select public.current_account()));
grant select, insert, update, delete on metrics.entries to tallykeep_ingest;
grant select on metrics.entries to tallykeep_query;

create table metrics.entry_values (
    account_id uuid not null,
    date date not null,
    metric_id uuid not null,
    value double precision not null,
    primary key (account_id, date, metric_id),
    foreign key (account_id, date) references metrics.entries (account_id, date) on delete cascade,
    foreign key (account_id, metric_id) references metrics.metrics (account_id, id) on delete cascade
);
create index on metrics.entry_values (account_id, metric_id, date);
alter table metrics.entry_values enable row level security, force row level security;
create policy own on metrics.entry_values using (account_id = (select public.current_account()));
grant select, insert, delete on metrics.entry_values to tallykeep_ingest;
grant select on metrics.entry_values to tallykeep_query;
