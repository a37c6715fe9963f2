-- Who may use which tool behind the sign-in. The rules belong to the installation and to no account: administrators
-- write them, and the auth service reads them for whoever asks for a tool.
create table auth.access_rules (
    id uuid primary key,
    -- The order in which they are asked; the first that fits decides.
    position integer not null,
    -- A host, or `*.` and a domain for every host below it.
    host text not null,
    -- How the path begins, by whole segments.
    path text not null,
    -- The methods that it is about, separated by spaces; the empty text for all.
    methods text not null,
    audience text not null check (audience in ('everybody', 'signed_in', 'groups', 'nobody')),
    -- Roles and groups, separated by spaces; whoever is in one of them may. For the audience `groups` alone.
    groups text not null,
    factors smallint not null check (factors in (1, 2)),
    created_at timestamptz not null default now()
);
alter table auth.access_rules enable row level security, force row level security;
create policy operated on auth.access_rules using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.access_rules to tallykeep_auth;

-- Every replica of the auth service remembers for seconds whom a credential belongs to. It hears of each change that
-- could make that untrue, whoever makes it: another replica, the command line, or somebody with psql.
create function auth.tell_of_change() returns trigger
    language plpgsql set search_path = '' as $$
    begin
        -- Without a word on what has changed: a transaction that changes much is told of once.
        perform pg_catalog.pg_notify('tallykeep_auth', '');
        return null;
    end;
$$;
create trigger told after update or delete on auth.accounts
    for each row execute function auth.tell_of_change();
create trigger told after insert or update or delete on auth.group_members
    for each row execute function auth.tell_of_change();
create trigger told after insert or update or delete on auth.access_rules
    for each row execute function auth.tell_of_change();
create trigger told_of_end after delete on auth.sessions
    for each row execute function auth.tell_of_change();
create trigger told_of_end after delete on auth.api_keys
    for each row execute function auth.tell_of_change();
-- Their use is noted once a minute, and changes nothing of what they are worth.
create trigger told after update on auth.sessions
    for each row
    when (to_jsonb(old) - array['last_used_at', 'token_used_at'] <> to_jsonb(new) - array['last_used_at', 'token_used_at'])
    execute function auth.tell_of_change();
create trigger told after update on auth.api_keys
    for each row when (to_jsonb(old) - 'last_used_at' <> to_jsonb(new) - 'last_used_at')
    execute function auth.tell_of_change();
