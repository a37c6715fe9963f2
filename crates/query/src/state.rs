//! What the routes share.

use tallykeep_database::Pool;

use crate::QuerySettings;

/// The query service's state. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) most_samples: usize,
}

impl State {
    /// Over that database.
    #[must_use]
    pub fn build(settings: &QuerySettings, pool: Pool) -> Self {
        Self { pool, most_samples: settings.most_samples }
    }
}
