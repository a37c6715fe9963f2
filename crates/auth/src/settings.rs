//! Settings of the auth service.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::{
    PoolSettings,
    models::{LockoutRules, RateLimitRules},
};
use tallykeep_service::{HttpSettings, TelemetrySettings, check_secret, settings};

use crate::{MailSettings, ProviderSettings, RegistrationMode};

/// Everything that the auth service reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it listens.
    #[serde(default)]
    pub http: HttpSettings,
    /// Where its database is.
    pub database: PoolSettings,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
    /// Accounts and sessions.
    #[serde(default)]
    pub auth: AuthSettings,
}

/// Accounts and sessions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// The master secret, at least 32 characters. The pepper of passwords and the keys that other secrets are sealed with
    /// are derived from it; who loses it locks everybody out. Required, but in `standalone`, which makes one at its first
    /// start. Secret.
    #[schemars(with = "Option<String>")]
    pub secret: Option<SecretString>,
    /// The master secrets before that one, by whatever name; what was made under them goes on working while they stand
    /// here. Secret.
    #[schemars(with = "BTreeMap<String, String>")]
    pub previous_secrets: BTreeMap<String, SecretString>,
    /// For how many days a key signs access tokens before the next one takes over, 1 to 365.
    pub signing_key_days: u16,
    /// The credentials that other services present at `/internal/`, by the name of the service; each at least 32
    /// characters. Secret.
    #[schemars(with = "BTreeMap<String, String>")]
    pub introspection_credentials: BTreeMap<String, SecretString>,
    /// Who may register after the first account, which is the administrator: `open`, `invite` or `closed`.
    pub registration: RegistrationMode,
    /// How many days a session lasts at most.
    pub session_days: u16,
    /// After how many hours without use a session ends.
    pub session_idle_hours: u16,
    /// After how many days the audit log forgets, 7 or more.
    pub audit_days: u16,
    /// How many days an account that was deleted is kept, so that an administrator can call it off. It is kept out at
    /// once, and with 0 erased after a quarter of an hour, when no access token of it is good any more.
    pub erasure_days: u16,
    /// The services that hold data of accounts, by the name of their credential: an account is gone when each of them
    /// has said that it has erased what it had.
    #[serde(deserialize_with = "settings::list")]
    #[schemars(with = "Vec<String>")]
    pub erasing_services: Vec<String>,
    /// The domain whose hosts share the sign-in, such as `example.org`; the host of `http.public_url` lies at or below
    /// it. Browsers send the session cookie to each of these hosts, so let only trusted ones be there: a subdomain that
    /// somebody takes over receives sessions and can set cookies. When it is not set, the cookie is for one host alone.
    pub cookie_domain: Option<String>,
    /// How many passwords are hashed at once. Each takes 19 MiB while it is.
    pub hashing_parallelism: u8,
    /// After how many wrong passwords or codes in a row an account is locked: it fails to sign in, whatever is tried,
    /// and its open sessions go on. An address without an account is locked alike. The predecessors' `MAX_LOGIN_ATTEMPTS`.
    pub max_login_attempts: u16,
    /// For how many minutes an account is locked. The predecessors' `LOCKOUT_DURATION_MINUTES`.
    pub lockout_minutes: u16,
    /// How many minutes after the last failure the failures are forgotten. Until then, and after the first lock, each
    /// further one locks again. The predecessors' `LOCKOUT_RESET_AFTER_MINUTES`.
    pub lockout_reset_minutes: u16,
    /// Whether administrators sign in with two factors or not at all. Who administers without a second factor has to
    /// enrol one with the next sign-in, and administers nothing before. For other people, groups say so.
    pub administrators_need_second_factor: bool,
    /// How often in a minute an address may try to sign in, to register, or to ask for or use a link, in the long run
    /// and in all replicas together. An IPv6 address counts as its /64 network.
    pub rate_limit_per_minute: u16,
    /// How often an address may try at once, after a pause.
    pub rate_limit_burst: u16,
    /// For how many seconds each replica remembers whom a session or an API key belongs to, and the access rules: 0 to
    /// 60. It hears of what changes meanwhile and forgets it then, so this is not for how long a revoked key works.
    pub cache_seconds: u8,
    /// The providers that people may sign in with besides the password (OpenID Connect), each by a name of its own in
    /// small letters, such as `google`. What to enter there is in `docs/authentication.md`.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// For how many seconds a provider is waited for, 1 to 60, each time that it is asked something.
    pub provider_timeout_seconds: u16,
    /// How mail is sent.
    pub mail: MailSettings,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            secret: None,
            previous_secrets: BTreeMap::new(),
            signing_key_days: 30,
            introspection_credentials: BTreeMap::new(),
            registration: RegistrationMode::default(),
            session_days: 30,
            session_idle_hours: 7 * 24,
            audit_days: 365,
            erasure_days: 7,
            erasing_services: vec!["ingest".to_owned()],
            cookie_domain: None,
            hashing_parallelism: 2,
            max_login_attempts: 5,
            lockout_minutes: 15,
            lockout_reset_minutes: 60,
            administrators_need_second_factor: false,
            rate_limit_per_minute: 30,
            rate_limit_burst: 60,
            cache_seconds: 5,
            providers: BTreeMap::new(),
            provider_timeout_seconds: 10,
            mail: MailSettings::default(),
        }
    }
}

impl AuthSettings {
    /// The master secret, once everything here is checked.
    ///
    /// # Errors
    /// When a secret is missing or weak, or a number is out of range; names the setting.
    pub(crate) fn checked_secret(&self, public_url: &str) -> anyhow::Result<&SecretString> {
        let secret = self.secret.as_ref().context("the setting auth.secret is required")?;
        check_secret("auth.secret", secret, public_url)?;
        for (name, previous) in &self.previous_secrets {
            let setting = format!("auth.previous_secrets.{name}");
            check_secret(&setting, previous, public_url)?;
            let same = previous.expose_secret() == secret.expose_secret();
            anyhow::ensure!(!same, "the setting {setting} is the same as auth.secret");
        }
        for (service, credential) in &self.introspection_credentials {
            check_secret(&format!("auth.introspection_credentials.{service}"), credential, public_url)?;
        }
        let credentials: Vec<_> =
            self.introspection_credentials.values().map(ExposeSecret::expose_secret).collect();
        anyhow::ensure!(
            credentials.iter().collect::<BTreeSet<_>>().len() == credentials.len(),
            "the setting auth.introspection_credentials must be another secret for each service"
        );
        anyhow::ensure!(
            (1..=365).contains(&self.signing_key_days),
            "the setting auth.signing_key_days must be 1 to 365"
        );
        anyhow::ensure!(
            (1..=3650).contains(&self.session_days),
            "the setting auth.session_days must be 1 to 3650"
        );
        anyhow::ensure!(
            self.session_idle_hours > 0,
            "the setting auth.session_idle_hours must be at least 1"
        );
        anyhow::ensure!(self.audit_days >= 7, "the setting auth.audit_days must be at least 7");
        anyhow::ensure!(self.erasure_days <= 3650, "the setting auth.erasure_days must be 0 to 3650");
        anyhow::ensure!(
            self.hashing_parallelism > 0,
            "the setting auth.hashing_parallelism must be at least 1"
        );
        anyhow::ensure!(self.cache_seconds <= 60, "the setting auth.cache_seconds must be 0 to 60");
        anyhow::ensure!(
            (1..=60).contains(&self.provider_timeout_seconds),
            "the setting auth.provider_timeout_seconds must be 1 to 60"
        );
        for (name, number) in [
            ("max_login_attempts", self.max_login_attempts),
            ("lockout_minutes", self.lockout_minutes),
            ("lockout_reset_minutes", self.lockout_reset_minutes),
            ("rate_limit_per_minute", self.rate_limit_per_minute),
            ("rate_limit_burst", self.rate_limit_burst),
        ] {
            anyhow::ensure!(number > 0, "the setting auth.{name} must be at least 1");
        }
        Ok(secret)
    }

    pub(crate) fn lockout_rules(&self) -> LockoutRules {
        LockoutRules {
            attempts: self.max_login_attempts.into(),
            lock_minutes: self.lockout_minutes.into(),
            reset_minutes: self.lockout_reset_minutes.into(),
        }
    }

    pub(crate) const fn rate_limit_rules(&self) -> RateLimitRules {
        RateLimitRules { per_minute: self.rate_limit_per_minute, burst: self.rate_limit_burst }
    }
}
