-- People who have given one factor, and are not signed in before they give another. These are no sessions: what looks
-- for a session cannot find one here.
create table auth.pending_sign_ins (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    token_hash bytea not null unique,
    -- What they have given, as in auth.sessions.
    methods text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (account_id, token_hash)
);
alter table auth.pending_sign_ins enable row level security, force row level security;
create policy own on auth.pending_sign_ins using (account_id = (select public.current_account()));
create policy presented on auth.pending_sign_ins for select
    using (token_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.pending_sign_ins using ((select public.acts_as_operator()));
grant select, insert, delete on auth.pending_sign_ins to tallykeep_auth;
