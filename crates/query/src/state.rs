//! What the routes share.

use std::sync::Arc;

use tallykeep_database::Pool;
use tokio::sync::Semaphore;

use crate::QuerySettings;

/// The query service's state. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) most_samples: usize,
    /// Taken by a query while it holds samples in memory.
    pub(crate) turns: Arc<Semaphore>,
}

impl State {
    /// Over that database.
    #[must_use]
    pub fn build(settings: &QuerySettings, pool: Pool) -> Self {
        Self {
            pool,
            most_samples: settings.most_samples,
            turns: Arc::new(Semaphore::new(settings.most_parallel.max(1))),
        }
    }
}
