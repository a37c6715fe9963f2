//! Settings of the auth service.

use anyhow::Context;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_database::PoolSettings;
use tallykeep_service::{HttpSettings, TelemetrySettings, settings};

use crate::RegistrationMode;

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
    /// The master secret, at least 32 characters. The pepper of passwords and the key of access tokens are derived from
    /// it; who loses it locks everybody out. Required, but in `standalone`, which makes one at its first start. Secret.
    #[schemars(with = "Option<String>")]
    pub secret: Option<SecretString>,
    /// The credentials that other services present at `/internal/introspect`, with commas between, each at least 32
    /// characters. Secret.
    #[schemars(with = "String")]
    pub introspection_credentials: SecretString,
    /// Who may register after the first account, which is the administrator: `open`, `invite` or `closed`.
    pub registration: RegistrationMode,
    /// How many days a session lasts.
    pub session_days: u16,
    /// How many passwords are hashed at once. Each takes 19 MiB while it is.
    pub hashing_parallelism: u8,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            secret: None,
            introspection_credentials: SecretString::default(),
            registration: RegistrationMode::default(),
            session_days: 30,
            hashing_parallelism: 2,
        }
    }
}

impl AuthSettings {
    /// The master secret, once everything here is checked.
    ///
    /// # Errors
    /// When a secret is missing or weak, or a number is out of range; names the setting.
    pub(crate) fn checked_secret(&self) -> anyhow::Result<&SecretString> {
        let secret = self.secret.as_ref().context("the setting auth.secret is required")?;
        settings::check_secret("auth.secret", secret)?;
        for credential in self.credentials() {
            settings::check_secret("auth.introspection_credentials", &credential)?;
        }
        anyhow::ensure!(
            (1..=3650).contains(&self.session_days),
            "the setting auth.session_days must be 1 to 3650"
        );
        anyhow::ensure!(
            self.hashing_parallelism > 0,
            "the setting auth.hashing_parallelism must be at least 1"
        );
        Ok(secret)
    }

    pub(crate) fn credentials(&self) -> Vec<SecretString> {
        use secrecy::ExposeSecret;
        let list = self.introspection_credentials.expose_secret();
        list.split(',').map(str::trim).filter(|text| !text.is_empty()).map(SecretString::from).collect()
    }
}
