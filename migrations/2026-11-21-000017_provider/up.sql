-- Access tokens are signed with EdDSA. ID tokens are for applications that others wrote, and many know RS256 alone.
alter table auth.signing_keys
    add column algorithm text not null default 'EdDSA' check (algorithm in ('EdDSA', 'RS256'));

-- Applications that let people sign in here (OpenID Connect). They are the installation's, and no account's. Anybody may
-- know of one: each of its visitors' browsers does. Only an administrator changes one.
create table auth.clients (
    id uuid primary key,
    name text not null,
    -- SHA-256; null for an application that cannot keep a secret, such as a program on people's own machines.
    secret_hash bytea,
    -- Where people are sent back to, one address a line.
    redirect_uris text not null,
    -- Where people are sent after signing out, one address a line.
    post_logout_redirect_uris text not null default '',
    -- Whether an administrator answers for it, so that nobody is asked what it may know.
    trusted boolean not null default false,
    id_token_algorithm text not null default 'RS256' check (id_token_algorithm in ('EdDSA', 'RS256')),
    created_at timestamptz not null default now()
);
alter table auth.clients enable row level security, force row level security;
create policy known on auth.clients for select using (true);
create policy operated on auth.clients using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.clients to tallykeep_auth;

-- What people let applications know.
create table auth.consents (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    client_id uuid not null references auth.clients (id) on delete cascade,
    -- Separated by spaces.
    scopes text not null,
    created_at timestamptz not null default now(),
    primary key (account_id, client_id)
);
create index on auth.consents (client_id);
alter table auth.consents enable row level security, force row level security;
create policy own on auth.consents using (account_id = (select public.current_account()));
grant select, insert, update, delete on auth.consents to tallykeep_auth;

-- A person's sign-in at an application: first a code, then what the code was traded for. All of it ends with the row.
create table auth.authorizations (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    client_id uuid not null references auth.clients (id) on delete cascade,
    -- The session that it was given from, and with which it ends; null once it outlasts that (offline_access).
    session_id uuid,
    -- Separated by spaces.
    scopes text not null,
    code_hash bytea not null unique,
    code_expires_at timestamptz not null default now() + interval '60 seconds',
    code_used_at timestamptz,
    redirect_uri text not null,
    -- Of PKCE (RFC 7636), by S256.
    code_challenge text not null,
    nonce text,
    -- When, and by which methods, the person proved who they are.
    authenticated_at timestamptz not null,
    methods text not null default '',
    created_at timestamptz not null default now(),
    primary key (account_id, id),
    foreign key (account_id, session_id) references auth.sessions (account_id, id) on delete cascade
);
create index on auth.authorizations (client_id);
create index on auth.authorizations (account_id, session_id);
alter table auth.authorizations enable row level security, force row level security;
create policy own on auth.authorizations using (account_id = (select public.current_account()));
create policy presented on auth.authorizations for select
    using (code_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.authorizations using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.authorizations to tallykeep_auth;

-- What applications were given for a code.
create table auth.client_tokens (
    account_id uuid not null,
    authorization_id uuid not null,
    token_hash bytea not null,
    kind text not null check (kind in ('access', 'refresh')),
    -- Separated by spaces.
    scopes text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    -- When a refresh token was traded for the next one. It is kept until it ends, so that a copy of it is noticed.
    used_at timestamptz,
    primary key (account_id, token_hash),
    foreign key (account_id, authorization_id) references auth.authorizations (account_id, id) on delete cascade
);
create unique index on auth.client_tokens (token_hash);
create index on auth.client_tokens (account_id, authorization_id);
alter table auth.client_tokens enable row level security, force row level security;
create policy own on auth.client_tokens using (account_id = (select public.current_account()));
create policy presented on auth.client_tokens for select
    using (token_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.client_tokens using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.client_tokens to tallykeep_auth;
