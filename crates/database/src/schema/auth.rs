//! Tables of the auth service.

diesel::table! {
    /// People.
    auth.accounts (id) {
        id -> Uuid,
        email -> Text,
        password_hash -> Text,
        role -> Text,
        time_zone -> Text,
        created_at -> Timestamptz,
        email_verified_at -> Nullable<Timestamptz>,
        name -> Nullable<Text>,
        locale -> Nullable<Text>,
        disabled_at -> Nullable<Timestamptz>,
        erase_after -> Nullable<Timestamptz>,
        has_password -> Bool,
        time_zone_set_at -> Timestamptz,
    }
}

diesel::table! {
    /// Whether anybody has registered yet: one row or none.
    auth.installation (only_row) {
        only_row -> Bool,
        administrator_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Signed-in browsers.
    auth.sessions (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        token_hash -> Bytea,
        user_agent -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        address -> Nullable<Text>,
        last_used_at -> Timestamptz,
        authenticated_at -> Timestamptz,
        first_token_hash -> Nullable<Bytea>,
        previous_token_hash -> Nullable<Bytea>,
        rotated_at -> Timestamptz,
        token_used_at -> Nullable<Timestamptz>,
        methods -> Text,
    }
}

diesel::table! {
    /// Sign-ins that wait for a second factor.
    auth.pending_sign_ins (account_id, token_hash) {
        account_id -> Uuid,
        token_hash -> Bytea,
        methods -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Apps that make codes.
    auth.totp_secrets (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        secret -> Text,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Keys of devices and security tokens.
    auth.passkeys (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        name -> Text,
        credential_id -> Bytea,
        credential_hash -> Bytea,
        public_key -> Bytea,
        format -> SmallInt,
        sign_count -> BigInt,
        backup_eligible -> Bool,
        backed_up -> Bool,
        transports -> SmallInt,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Codes that were written down.
    auth.recovery_codes (account_id, code_hash) {
        account_id -> Uuid,
        code_hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// What waits for the passkey of a browser.
    auth.passkey_ceremonies (token_hash) {
        token_hash -> Bytea,
        account_id -> Nullable<Uuid>,
        purpose -> Text,
        state -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Credentials of machines.
    auth.api_keys (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        name -> Text,
        prefix -> Text,
        secret_hash -> Bytea,
        scopes -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        metric_prefix -> Text,
        replaced_at -> Nullable<Timestamptz>,
        planned_end -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Leave to register, given by an administrator.
    auth.invitations (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// What happened to accounts.
    auth.audit_events (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        action -> Text,
        succeeded -> Bool,
        actor_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        user_agent -> Text,
        trace_id -> Text,
        detail -> Jsonb,
    }
}

diesel::table! {
    /// Tries in vain to prove who one is.
    auth.lockouts (subject) {
        subject -> Bytea,
        failures -> Integer,
        last_failed_at -> Timestamptz,
    }
}

diesel::table! {
    /// How far each client has used up what it may ask for.
    auth.rate_limits (client) {
        client -> Text,
        spent_until -> Timestamptz,
    }
}

diesel::table! {
    /// Who may use which tool.
    auth.access_rules (id) {
        id -> Uuid,
        position -> Integer,
        host -> Text,
        path -> Text,
        methods -> Text,
        audience -> Text,
        groups -> Text,
        factors -> SmallInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// What access tokens are signed with.
    auth.signing_keys (id) {
        id -> Text,
        private_key -> Text,
        created_at -> Timestamptz,
        signs_from -> Timestamptz,
        algorithm -> Text,
    }
}

diesel::table! {
    /// Applications that let people sign in here.
    auth.clients (id) {
        id -> Uuid,
        name -> Text,
        secret_hash -> Nullable<Bytea>,
        redirect_uris -> Text,
        post_logout_redirect_uris -> Text,
        trusted -> Bool,
        id_token_algorithm -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// What people let them know.
    auth.consents (account_id, client_id) {
        account_id -> Uuid,
        client_id -> Uuid,
        scopes -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Sign-ins at them.
    auth.authorizations (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        client_id -> Uuid,
        session_id -> Nullable<Uuid>,
        scopes -> Text,
        code_hash -> Bytea,
        code_expires_at -> Timestamptz,
        code_used_at -> Nullable<Timestamptz>,
        redirect_uri -> Text,
        code_challenge -> Text,
        nonce -> Nullable<Text>,
        authenticated_at -> Timestamptz,
        methods -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// What they were given.
    auth.client_tokens (account_id, token_hash) {
        account_id -> Uuid,
        authorization_id -> Uuid,
        token_hash -> Bytea,
        kind -> Text,
        scopes -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Groups of accounts, for other tools.
    auth.groups (name) {
        name -> Text,
        created_at -> Timestamptz,
        requires_second_factor -> Bool,
    }
}

diesel::table! {
    /// What links in mails are good for.
    auth.one_time_tokens (account_id, purpose) {
        account_id -> Uuid,
        purpose -> Text,
        token_hash -> Bytea,
        email -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who is in which.
    auth.group_members (account_id, group_name) {
        account_id -> Uuid,
        group_name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Mail to send, and what was sent of late.
    auth.outbox (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        purpose -> Text,
        email -> Text,
        detail -> Jsonb,
        attempts -> Integer,
        created_at -> Timestamptz,
        due_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Accounts that are erased, or being erased.
    auth.erasures (account_id) {
        account_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Services that have erased what they had of them.
    auth.erasure_confirmations (account_id, service) {
        account_id -> Uuid,
        service -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who somebody is at another provider.
    auth.identities (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        presented_hash -> Bytea,
        issuer -> Text,
        subject -> Text,
        email -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
    }
}

diesel::table! {
    /// Browsers that were sent to a provider.
    auth.departures (token_hash) {
        token_hash -> Bytea,
        provider -> Text,
        purpose -> Text,
        session_id -> Nullable<Uuid>,
        return_to -> Text,
        invitation_hash -> Nullable<Bytea>,
        time_zone -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::define_sql_function! {
    /// Forgets audit events older than so many days, and never those of the last week. Answers how many.
    #[sql_name = "auth.forget_audit_events"]
    fn forget_audit_events(days: diesel::sql_types::Integer) -> diesel::sql_types::BigInt;
}

diesel::allow_tables_to_appear_in_same_query!(accounts, installation, sessions, api_keys, invitations);
diesel::allow_tables_to_appear_in_same_query!(accounts, erasures, erasure_confirmations);
diesel::allow_tables_to_appear_in_same_query!(clients, consents, authorizations, client_tokens);
diesel::allow_tables_to_appear_in_same_query!(groups, group_members);
