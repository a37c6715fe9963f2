//! Settings of the ingest service.

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::PoolSettings;
use tallykeep_service::{AuthoritySettings, HttpSettings, TelemetrySettings};
use tallykeep_store::WriterSettings;

/// Everything that the ingest service reads.
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
    /// Where the auth service is.
    pub authority: AuthoritySettings,
    /// What it takes in.
    #[serde(default)]
    pub ingest: IngestSettings,
}

/// What is taken in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IngestSettings {
    /// The largest body with samples, decompressed, in MiB.
    pub most_body_mib: usize,
    /// How many series are kept in memory to be found without the database.
    pub cached_series: usize,
    /// Group commit.
    pub writer: WriterSettings,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self { most_body_mib: 32, cached_series: 100_000, writer: WriterSettings::default() }
    }
}
