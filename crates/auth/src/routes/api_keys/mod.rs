//! API keys: the credentials of machines.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

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
}

impl From<ApiKey> for ApiKeyResponse {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, prefix, created_at, last_used_at, .. } = key;
        let scopes = key.scopes.split_ascii_whitespace().map(str::to_owned).collect();
        Self { id, name, prefix, scopes, created_at, last_used_at }
    }
}
