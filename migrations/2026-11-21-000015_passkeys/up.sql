-- Keys of devices and security tokens, by which their person signs in (WebAuthn). Only the public half is here.
create table auth.passkeys (
    account_id uuid not null references auth.accounts (id) on delete cascade,
    id uuid not null,
    name text not null,
    -- What the device calls the key, as long as the device likes; it is found by the SHA-256 of that.
    credential_id bytea not null,
    credential_hash bytea not null unique,
    -- The public key, and in which way it is written.
    public_key bytea not null,
    format smallint not null,
    -- How often the device says it has used the key; 0 for ever where it does not count.
    sign_count bigint not null,
    -- Whether the key may be copied to other devices of its person, and whether it was.
    backup_eligible boolean not null,
    backed_up boolean not null,
    -- By which ways the device can be reached, a bit for each.
    transports smallint not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (account_id, id)
);
alter table auth.passkeys enable row level security, force row level security;
create policy own on auth.passkeys using (account_id = (select public.current_account()));
create policy presented on auth.passkeys for select
    using (credential_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.passkeys using ((select public.acts_as_operator()));
grant select, insert, update, delete on auth.passkeys to tallykeep_auth;

-- What was begun with a browser and is waiting for its passkey: for a few minutes, and good once.
create table auth.passkey_ceremonies (
    -- SHA-256 of what the browser holds and what its passkey has to sign.
    token_hash bytea primary key,
    -- Whose passkey it has to be; null where the passkey itself tells who it is.
    account_id uuid references auth.accounts (id) on delete cascade,
    purpose text not null,
    -- What has to come back, as the library writes it.
    state bytea not null,
    expires_at timestamptz not null
);
create index on auth.passkey_ceremonies (account_id);
create index on auth.passkey_ceremonies (expires_at);
alter table auth.passkey_ceremonies enable row level security, force row level security;
create policy own on auth.passkey_ceremonies for select
    using (account_id = (select public.current_account()));
create policy presented on auth.passkey_ceremonies
    using (token_hash = decode((select public.presented_credential()), 'hex'));
create policy operated on auth.passkey_ceremonies using ((select public.acts_as_operator()));
grant select, insert, delete on auth.passkey_ceremonies to tallykeep_auth;
