#![doc = include_str!("../README.md")]

use anyhow::Context;
use diesel::{Connection, PgConnection};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::{ServiceRole, create_roles};
use tallykeep_service::{TelemetrySettings, check_secret};

/// Everything that `migrate` reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the database is, and as whom to change it.
    pub database: DatabaseSettings,
    /// The passwords of the services' roles.
    pub passwords: Passwords,
    /// Where the installation is reached.
    #[serde(default)]
    pub http: AddressSettings,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
}

/// Where the database is, and as whom to change it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://ROLE@HOST/DATABASE`, with a superuser: it makes the roles of the services. With a password in it,
    /// secret.
    #[schemars(with = "String")]
    pub url: SecretString,
    /// The password of that role, where it does not stand in the URL. Secret.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
}

/// Where the installation is reached.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AddressSettings {
    /// The address that browsers and devices use. Secrets for development will do only where it is this machine's own.
    pub public_url: String,
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
    /// The password of the role `tallykeep_worker`, at least 32 characters. Secret.
    #[schemars(with = "String")]
    pub worker: SecretString,
}

impl Settings {
    /// Refuses weak passwords.
    ///
    /// # Errors
    /// Names the setting, never the password.
    pub fn check(&self) -> anyhow::Result<()> {
        let own = self.database.password.iter().map(|password| ("database.password".to_owned(), password));
        let roles =
            ServiceRole::ALL.map(|role| (format!("passwords of {}", role.name()), self.passwords.of(role)));
        own.chain(roles)
            .try_for_each(|(setting, secret)| check_secret(&setting, secret, &self.http.public_url))
    }
}

impl Passwords {
    /// The password of `role`.
    #[must_use]
    pub fn of(&self, role: ServiceRole) -> &SecretString {
        match role {
            ServiceRole::Auth => &self.auth,
            ServiceRole::Ingest => &self.ingest,
            ServiceRole::Query => &self.query,
            ServiceRole::Worker => &self.worker,
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
