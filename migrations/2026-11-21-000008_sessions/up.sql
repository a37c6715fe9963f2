-- What an account is shown of its sessions, when one was last used, and a token that changes while the session goes on.
alter table auth.sessions
    add column address text,
    add column last_used_at timestamptz not null default now(),
    -- When the account's password was last given. For a session from before this, nobody knows: long ago.
    add column authenticated_at timestamptz not null default 'epoch',
    -- SHA-256 of the session's first token, once it has another. Every later one begins with the first, so that one
    -- which is out of date still tells its session.
    add column first_token_hash bytea unique,
    -- SHA-256 of the token before the current one.
    add column previous_token_hash bytea,
    -- Since when the current token is the current one.
    add column rotated_at timestamptz not null default now(),
    -- When the current token was first used, where there is one before it.
    add column token_used_at timestamptz;
alter table auth.sessions alter column authenticated_at set default now();
alter policy presented on auth.sessions
    using (decode((select public.presented_credential()), 'hex') in (token_hash, first_token_hash));
