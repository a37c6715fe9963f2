//! Settings of the web service.

use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_service::{HttpSettings, TelemetrySettings};

/// Everything that the web service reads.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where it listens.
    pub http: HttpSettings,
    /// Logs, traces and metrics.
    pub telemetry: TelemetrySettings,
}
