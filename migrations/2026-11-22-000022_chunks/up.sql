-- What the samples of a chunk amount to, piece by piece: an hour of UTC, or the part of one that a local midnight cuts off.
-- Row n of the pieces is element n of each array. They stand in the chunk's row because they change with its samples and
-- never apart from them. A row for each would be larger than the samples that it sums up.
alter table metrics.chunks
    add column piece_starts timestamptz[] not null default '{}',
    add column piece_counts integer[] not null default '{}',
    add column piece_sums double precision[] not null default '{}',
    add column piece_minima double precision[] not null default '{}',
    add column piece_maxima double precision[] not null default '{}',
    add column piece_firsts double precision[] not null default '{}',
    add column piece_lasts double precision[] not null default '{}',
    -- How much a counter grew within the piece, what it lost by being reset left out.
    add column piece_increases double precision[] not null default '{}';
-- Floats hardly shrink; trying would cost compaction its time.
alter table metrics.chunks alter column piece_sums set storage external;
alter table metrics.chunks alter column piece_minima set storage external;
alter table metrics.chunks alter column piece_maxima set storage external;
alter table metrics.chunks alter column piece_firsts set storage external;
alter table metrics.chunks alter column piece_lasts set storage external;
alter table metrics.chunks alter column piece_increases set storage external;
grant select on metrics.chunks to tallykeep_query;
-- For the erasure of an account.
grant select, delete on metrics.chunks to tallykeep_ingest;

-- What is to be deleted: samples of some series in a range, from every chunk and from the segments with a smaller id, which
-- is why both count by one sequence. Readers leave it out at once; compaction removes it from the disk, and then this row.
create table metrics.deletions (
    account_id uuid not null,
    id bigint not null default nextval('metrics.segments_id_seq'),
    series bigint[] not null,
    starts_at timestamptz not null,
    -- The first instant behind it.
    ends_at timestamptz not null check (ends_at > starts_at),
    created_at timestamptz not null default now(),
    primary key (account_id, id)
);
alter table metrics.deletions enable row level security, force row level security;
create policy own on metrics.deletions using (account_id = (select public.current_account()));
create policy alive on metrics.deletions as restrictive for insert with check (not exists
    (select from metrics.erased_accounts where account_id = (select public.current_account())));
create policy operated on metrics.deletions for select to tallykeep_worker
    using ((select public.acts_as_operator()));
grant select, insert, delete on metrics.deletions to tallykeep_ingest;
grant usage on sequence metrics.segments_id_seq to tallykeep_ingest;
grant select on metrics.deletions to tallykeep_query;
grant select, delete on metrics.deletions to tallykeep_worker;

-- Segments come and go: what they leave is used again soon, or the file of the table would hold more holes than samples.
alter table metrics.segments set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000
);
