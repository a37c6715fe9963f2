//! Settings of the one process.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_auth::AuthSettings;
use tallykeep_ingest::IngestSettings;
use tallykeep_query::QuerySettings;
use tallykeep_service::{HttpSettings, TelemetrySettings};
use tallykeep_worker::WorkerSettings;

/// Where defaults differ from those of a container: reachable from this machine only, and no proxy to wait for.
pub const DEFAULTS: &[(&str, &str)] =
    &[("http.listen", "127.0.0.1:8080"), ("http.shutdown_delay_ms", "0"), ("telemetry.format", "text")];

/// Everything that `standalone` reads.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where it listens.
    pub http: HttpSettings,
    /// Logs, traces and metrics.
    pub telemetry: TelemetrySettings,
    /// Accounts and sessions.
    pub auth: AuthSettings,
    /// What is taken in.
    pub ingest: IngestSettings,
    /// What is given out.
    pub query: QuerySettings,
    /// How samples are looked after.
    pub worker: WorkerSettings,
    /// Its data and its PostgreSQL.
    pub standalone: StandaloneSettings,
}

/// Its data and its PostgreSQL.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StandaloneSettings {
    /// The folder that holds everything: the database, its password and the master secret. Made when it is missing.
    pub data: PathBuf,
    /// The folder with PostgreSQL's programs; searched for if not set.
    pub postgres_binaries: Option<PathBuf>,
    /// As whom PostgreSQL runs when root starts it; `postgres` or `nobody` if not set.
    pub postgres_user: Option<String>,
    /// PostgreSQL's own cache, in MiB.
    pub postgres_cache_mib: u32,
}

impl Default for StandaloneSettings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            postgres_binaries: None,
            postgres_user: None,
            postgres_cache_mib: 64,
        }
    }
}
