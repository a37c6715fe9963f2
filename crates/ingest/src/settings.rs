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
    /// The most samples of one request; one with more is answered 413, and nothing of it is kept. A request with JSON
    /// has at most 10,000 in any case.
    pub most_samples: usize,
    /// The most series of an account. Samples of further ones are refused; those that are there go on.
    pub most_series: u32,
    /// How many MiB requests may take together while their samples are received, parsed and committed. Past it they are
    /// answered 503; those of an account whose other requests hold as much as is free are answered 429. At least eight
    /// times the largest body.
    pub most_memory_mib: usize,
    /// How many MiB of names of series are kept in memory, to be found without the database.
    pub cached_series_mib: usize,
    /// Group commit.
    pub writer: WriterSettings,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self {
            most_body_mib: 32,
            most_samples: 1_000_000,
            most_series: 1_000_000,
            most_memory_mib: 256,
            cached_series_mib: 16,
            writer: WriterSettings::default(),
        }
    }
}
