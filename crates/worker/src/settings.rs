//! Settings of the worker.

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::PoolSettings;
use tallykeep_service::{AuthoritySettings, HttpSettings, TelemetrySettings};

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
}
