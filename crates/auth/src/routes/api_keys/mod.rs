//! API keys: the credentials of machines.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::ApiKey;
use tallykeep_domain::{ApiKeyId, Scope};
use utoipa::ToSchema;

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: ApiKeyId,
    /// What its owner calls it.
    name: String,
    /// Its first characters, to know it again.
    #[schema(example = "tk_Ab3dE")]
    prefix: String,
    /// What it may do.
    #[schema(value_type = Vec<Scope>)]
    scopes: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// When it ends, or has ended, by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// How the names of the metrics begin that it may read and write; empty for all.
    #[schema(example = "home_")]
    metric_prefix: String,
}

/// A new key with its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApiKeyResponse {
    #[serde(flatten)]
    key_info: ApiKeyResponse,
    /// The key. It is shown this once.
    #[schema(example = "tk_…")]
    key: String,
}

impl From<ApiKey> for ApiKeyResponse {
    fn from(key: ApiKey) -> Self {
        let scopes = key.scopes.split_ascii_whitespace().map(str::to_owned).collect();
        let ApiKey { id, name, prefix, created_at, last_used_at, expires_at, metric_prefix, .. } = key;
        Self { id, name, prefix, scopes, created_at, last_used_at, expires_at, metric_prefix }
    }
}
