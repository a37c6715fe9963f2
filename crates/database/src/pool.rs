//! The pool of connections.

use std::{num::NonZeroU32, time::Duration};

use diesel::{
    PgConnection,
    r2d2::{self, ConnectionManager},
};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Connections to the database, shared by clones.
pub type Pool = r2d2::Pool<ConnectionManager<PgConnection>>;

/// How to reach the database.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolSettings {
    /// `postgres://ROLE:PASSWORD@HOST/DATABASE`, with the role of this service. Secret.
    #[schemars(with = "String")]
    pub url: SecretString,
    /// The most connections that this process holds.
    #[serde(default = "default_connections")]
    pub connections: NonZeroU32,
    /// How many milliseconds a request waits for a free connection before it is answered 503.
    #[serde(default = "default_wait")]
    pub wait_ms: u64,
}

fn default_connections() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(7)
}

fn default_wait() -> u64 {
    2_000
}

/// A pool that is filled as it is needed, so that a service starts while the database is away and says so in
/// `/readyz` instead of dying.
#[must_use]
pub fn connect(settings: &PoolSettings) -> Pool {
    r2d2::Pool::builder()
        .max_size(settings.connections.get())
        .min_idle(Some(0))
        .connection_timeout(Duration::from_millis(settings.wait_ms))
        .error_handler(Box::new(QuietErrors))
        .build_unchecked(ConnectionManager::new(settings.url.expose_secret()))
}

/// The pool reports every failed attempt to connect, several a second while the database is away. Who asked for a
/// connection gets an error and logs it once; a second voice adds nothing above debug level.
#[derive(Debug)]
struct QuietErrors;

impl<E: std::error::Error> r2d2::HandleError<E> for QuietErrors {
    fn handle_error(&self, error: E) {
        tracing::debug!(error = %error, "database_connection_failed");
    }
}
