//! What the routes share.

use std::sync::Arc;

use tallykeep_database::Pool;
use tokio::sync::Semaphore;

use crate::QuerySettings;

/// The query service's state. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) bounds: Bounds,
    /// Taken by a request that takes much, while it reads.
    pub(crate) turns: Arc<Semaphore>,
}

/// What one query may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// So many samples may be in memory: see [`QuerySettings::most_samples`].
    pub(crate) most_samples: usize,
    /// So many threads decode.
    pub(crate) threads: usize,
}

impl State {
    /// Over that database.
    #[must_use]
    pub fn build(settings: &QuerySettings, pool: Pool) -> Self {
        Self {
            pool,
            bounds: Bounds { most_samples: settings.most_samples, threads: settings.threads },
            turns: Arc::new(Semaphore::new(settings.most_parallel.max(1))),
        }
    }
}
