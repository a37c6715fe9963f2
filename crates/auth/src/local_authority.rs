//! The auth service for the other services of the same process.

use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::JwkSet;
use tallykeep_service::{Authority, Grant, Problem};

use crate::State;

/// Answers by a function call what [`RemoteAuthority`](tallykeep_service::RemoteAuthority) asks over HTTP.
#[derive(Clone)]
pub struct LocalAuthority(pub State);

impl Authority for LocalAuthority {
    fn introspect<'a>(&'a self, api_key: &'a str) -> BoxFuture<'a, Result<Option<Grant>, Problem>> {
        Box::pin(self.0.introspect_api_key(api_key))
    }

    fn keys(&self) -> BoxFuture<'_, Result<JwkSet, Problem>> {
        Box::pin(self.0.signing_keys.published())
    }
}
