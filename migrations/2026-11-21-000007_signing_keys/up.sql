-- The keys that access tokens are signed with. The public half is not kept: it is worked out from the private one, so
-- that who can write here, and does not know the master secret, cannot have a key of his own published.
create table auth.signing_keys (
    -- The thumbprint of the public key (RFC 7638), by which tokens name it.
    id text primary key,
    -- PKCS #8, sealed.
    private_key text not null,
    created_at timestamptz not null default now(),
    -- From when on tokens are signed with it, until that of the next key. It is published earlier, and for longer.
    signs_from timestamptz not null
);
-- The keys are the installation's, and no account's.
alter table auth.signing_keys enable row level security, force row level security;
create policy operated on auth.signing_keys using ((select public.acts_as_operator()));
grant select, insert, delete, update (private_key) on auth.signing_keys to tallykeep_auth;
