-- When an account came to its time zone. Services ask for what has changed since they last asked.
alter table auth.accounts add column time_zone_set_at timestamptz not null default now();
create index on auth.accounts (time_zone_set_at);

-- Whoever changes it: a release that does not know the column, too.
create function auth.note_time_zone() returns trigger
    language plpgsql set search_path = '' as $$
    begin
        new.time_zone_set_at = pg_catalog.clock_timestamp();
        return new;
    end;
$$;
create trigger time_zone_noted before update of time_zone on auth.accounts
    for each row when (old.time_zone <> new.time_zone) execute function auth.note_time_zone();
