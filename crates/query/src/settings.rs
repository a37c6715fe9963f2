//! Settings of the query service.

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::PoolSettings;
use tallykeep_service::{AuthoritySettings, HttpSettings, TelemetrySettings};

/// Everything that the query service reads.
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
    /// What it gives out.
    #[serde(default)]
    pub query: QuerySettings,
}

/// What is given out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuerySettings {
    /// The most samples that one query may hold in memory: those that are asked for as they are or for a quantile, and
    /// those that are not compacted yet. Each takes some 50 bytes while it does. What is compacted streams past, however
    /// much it is.
    pub most_samples: usize,
    /// How many queries read at once; others wait for their turn.
    pub most_parallel: usize,
    /// With how many threads a query decodes and aggregates.
    pub threads: usize,
}

impl Default for QuerySettings {
    fn default() -> Self {
        Self { most_samples: 2_000_000, most_parallel: 2, threads: 2 }
    }
}
