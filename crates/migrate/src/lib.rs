#![doc = include_str!("../README.md")]

use anyhow::Context;
use diesel::{Connection, PgConnection};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::{ServiceRole, create_roles};
use tallykeep_service::TelemetrySettings;

/// Everything that `migrate` reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the database is, and as whom to change it.
    pub database: DatabaseSettings,
    /// The passwords of the services' roles.
    pub passwords: Passwords,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
}

/// Where the database is, and as whom to change it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://ROLE:PASSWORD@HOST/DATABASE`, with a superuser: it makes the roles of the services. Secret.
    #[schemars(with = "String")]
    pub url: SecretString,
}

/// The passwords of the services' roles, each at least 32 characters.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// The password of the role `tallykeep_auth`, at least 32 characters. Secret.
    #[schemars(with = "String")]
    pub auth: SecretString,
    /// The password of the role `tallykeep_ingest`, at least 32 characters. Secret.
    #[schemars(with = "String")]
    pub ingest: SecretString,
    /// The password of the role `tallykeep_query`, at least 32 characters. Secret.
    #[schemars(with = "String")]
    pub query: SecretString,
}

impl Passwords {
    /// The password of `role`.
    #[must_use]
    pub fn of(&self, role: ServiceRole) -> &SecretString {
        match role {
            ServiceRole::Auth => &self.auth,
            ServiceRole::Ingest => &self.ingest,
            ServiceRole::Query => &self.query,
        }
    }
}

/// Makes the roles and applies the migrations. Safe to repeat.
///
/// # Errors
/// When the database is away, or its schema is newer than this release.
pub fn run(url: &SecretString, passwords: &Passwords) -> anyhow::Result<()> {
    let mut connection =
        PgConnection::establish(url.expose_secret()).context("the database cannot be reached")?;
    create_roles(&mut connection, |role| passwords.of(role).clone()).context("the roles cannot be made")?;
    tallykeep_database::migrate(&mut connection)?;
    Ok(())
}
