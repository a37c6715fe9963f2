//! Settings of the worker.

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::PoolSettings;
use tallykeep_service::{AuthoritySettings, HttpSettings, TelemetrySettings};
use tallykeep_store::CompactionSettings;

/// Everything that the worker reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it says how it is.
    #[serde(default)]
    pub http: HttpSettings,
    /// Where its database is.
    pub database: PoolSettings,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
    /// Where the auth service is.
    pub authority: AuthoritySettings,
    /// How it looks after samples.
    #[serde(default)]
    pub worker: WorkerSettings,
}

/// How samples are looked after.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// When segments are merged.
    pub compaction: CompactionSettings,
}
