-- Whether the current transaction acts for the installation as a whole and not for one account: for its
-- administrator, its command line or its jobs.
create function public.acts_as_operator() returns boolean
    language sql stable parallel safe
    return coalesce(current_setting('tallykeep.operator', true), '') = 'on';

-- What happened to accounts, and who did it. Nobody may change it: the service inserts and reads. The account is not
-- referenced, since what happened outlives the account that it happened to.
create table auth.audit_events (
    id uuid primary key,
    -- Whom it concerns; null where nobody knows, as for an unknown address.
    account_id uuid,
    created_at timestamptz not null default now(),
    action text not null,
    succeeded boolean not null,
    -- Who did it, where that is not the account itself.
    actor_id uuid,
    address text,
    user_agent text not null,
    trace_id text not null,
    -- What else there is to say, never a secret.
    detail jsonb not null default '{}'
);
create index on auth.audit_events (account_id, id);
create index on auth.audit_events (created_at);
alter table auth.audit_events enable row level security, force row level security;
create policy own on auth.audit_events for select using (account_id = (select public.current_account()));
create policy operated on auth.audit_events for select using ((select public.acts_as_operator()));
create policy written on auth.audit_events for insert with check (true);
-- For the owner, who alone has the right to delete, and uses it in the function below.
create policy forgotten on auth.audit_events for delete using (created_at < now() - interval '7 days');
grant select, insert on auth.audit_events to tallykeep_auth;

-- Forgets what is older than `days`, and never what is younger than a week: whoever takes over the service must not be
-- able to wipe out the traces of it.
create function auth.forget_audit_events(days integer) returns bigint
    language sql security definer set search_path = '' set "tallykeep.operator" = 'on'
    begin atomic
        with forgotten as (
            delete from auth.audit_events
            where created_at < now() - make_interval(days => greatest(days, 7))
            returning 1
        )
        select count(*) from forgotten;
    end;
revoke all on function auth.forget_audit_events(integer) from public;
grant execute on function auth.forget_audit_events(integer) to tallykeep_auth;

-- The administrator's view.
create policy operated on auth.accounts using ((select public.acts_as_operator()));
create policy operated on auth.sessions using ((select public.acts_as_operator()));
create policy operated on auth.api_keys using ((select public.acts_as_operator()));
create policy operated on auth.invitations using ((select public.acts_as_operator()));
