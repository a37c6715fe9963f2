//! What this replica remembers for seconds of what it has just read: whom a credential belongs to, and the access rules.
//! It is asked with each picture of each tool's page.
//!
//! Nothing here may be older than the last change. [`Freshness`] says how that is kept.

mod cache;
mod freshness;
mod middleware;
mod watch;

use std::{sync::Arc, time::Duration};

use actix_web::http::header::HeaderMap;

use crate::{access_rules::AccessRules, forward::Caller, key_holder::KeyHolder};

pub(crate) use cache::Cache;
pub(crate) use freshness::{Freshness, Moment};
pub(crate) use middleware::forget_after_change;
pub use watch::Watch;

/// How many credentials of each kind are remembered.
const CREDENTIALS: usize = 10_000;

/// What is remembered. Credentials are known by their SHA-256 alone.
pub(crate) struct Recent {
    /// Says what may still be used.
    pub(crate) freshness: Arc<Freshness>,
    /// Who holds which session, by the whole of its current token.
    pub(crate) sessions: Cache<[u8; 32], Arc<Caller>>,
    /// Who holds which API key.
    pub(crate) keys: Cache<[u8; 32], Arc<KeyHolder>>,
    /// What is told of the holder of a credential to the tool at an origin.
    pub(crate) introductions: Cache<([u8; 32], String), Arc<HeaderMap>>,
    /// Who may use which tool.
    pub(crate) rules: Cache<(), Arc<AccessRules>>,
}

impl Recent {
    /// Nothing yet; each thing will be remembered for `seconds`.
    pub(crate) fn new(seconds: u8) -> Self {
        let freshness = Arc::new(Freshness::new(Duration::from_secs(seconds.into())));
        Self {
            sessions: Cache::new(CREDENTIALS, &freshness),
            keys: Cache::new(CREDENTIALS, &freshness),
            introductions: Cache::new(CREDENTIALS, &freshness),
            rules: Cache::new(1, &freshness),
            freshness,
        }
    }
}
