//! The pool of connections.

use std::{num::NonZeroU32, time::Duration};

use diesel::{
    PgConnection,
    r2d2::{self, ConnectionManager},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

/// Connections to the database, shared by clones.
pub type Pool = r2d2::Pool<ConnectionManager<PgConnection>>;

/// A connection that a pool has given.
pub type PooledConnection = r2d2::PooledConnection<ConnectionManager<PgConnection>>;

/// How to reach the database.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolSettings {
    /// `postgres://ROLE@HOST/DATABASE`, with the role of this service. With a password in it, secret.
    #[schemars(with = "String")]
    pub url: SecretString,
    /// The password of that role, where it does not stand in the URL; at least 32 characters. Secret.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
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

impl PoolSettings {
    /// The usual ones, for the address `url` with its password in it.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self { url, password: None, connections: default_connections(), wait_ms: default_wait() }
    }
}

/// A pool that is filled as it is needed, so that a service starts while the database is away and says so in
/// `/readyz` instead of dying.
///
/// # Errors
/// As [`with_password`].
pub fn connect(settings: &PoolSettings) -> Result<Pool, InvalidUrl> {
    let url = with_password(&settings.url, settings.password.as_ref())?;
    Ok(r2d2::Pool::builder()
        .max_size(settings.connections.get())
        .min_idle(Some(0))
        .connection_timeout(Duration::from_millis(settings.wait_ms))
        .error_handler(Box::new(QuietErrors))
        .build_unchecked(ConnectionManager::new(url.expose_secret())))
}

/// An address of a database that is no URL, and so cannot take a password. It tells nothing of the address, which may
/// hold one.
#[derive(Debug, thiserror::Error)]
#[error("the setting database.url is no URL such as postgres://ROLE@HOST/DATABASE")]
pub struct InvalidUrl;

/// The address `url` with `password` in it, if there is one.
///
/// # Errors
/// When there is a password, and `url` is no URL.
pub fn with_password(
    url: &SecretString,
    password: Option<&SecretString>,
) -> Result<SecretString, InvalidUrl> {
    let Some(password) = password else { return Ok(url.clone()) };
    let mut url = Url::parse(url.expose_secret()).map_err(|_| InvalidUrl)?;
    // The URL itself would leave a `%` as it is, and libpq would take it for the beginning of an escape.
    let encoded = utf8_percent_encode(password.expose_secret(), NON_ALPHANUMERIC).to_string();
    url.set_password(Some(&encoded)).map_err(|()| InvalidUrl)?;
    Ok(String::from(url).into())
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
