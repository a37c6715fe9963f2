//! The auth service for the other services of the same process.

use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::JwkSet;
use tallykeep_domain::AccountId;
use tallykeep_service::{Authority, Grant, Problem, TimeZonesQuery, TimeZonesResponse};

use crate::State;

/// Answers by a function call what [`RemoteAuthority`](tallykeep_service::RemoteAuthority) asks over HTTP.
#[derive(Clone)]
pub struct LocalAuthority {
    state: State,
    service: &'static str,
}

impl LocalAuthority {
    /// The auth service as `service` sees it.
    #[must_use]
    pub fn new(state: State, service: &'static str) -> Self {
        Self { state, service }
    }
}

impl Authority for LocalAuthority {
    fn introspect<'a>(&'a self, api_key: &'a str) -> BoxFuture<'a, Result<Option<Grant>, Problem>> {
        Box::pin(self.state.introspect_api_key(api_key))
    }

    fn keys(&self) -> BoxFuture<'_, Result<JwkSet, Problem>> {
        Box::pin(self.state.signing_keys.published())
    }

    fn pending_erasures(&self) -> BoxFuture<'_, Result<Vec<AccountId>, Problem>> {
        Box::pin(self.state.pending_erasures(self.service))
    }

    fn confirm_erasure(&self, account: AccountId) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(self.state.confirm_erasure(account, self.service))
    }

    fn time_zones(&self, query: TimeZonesQuery) -> BoxFuture<'_, Result<TimeZonesResponse, Problem>> {
        Box::pin(self.state.time_zones(query))
    }
}
