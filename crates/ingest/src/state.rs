//! What the routes share.

use std::sync::Arc;

use tallykeep_database::Pool;
use tallykeep_domain::AccountId;
use tallykeep_service::Problem;
use tallykeep_store::{Samples, WriteError, Writer};

use crate::{IngestSettings, series_cache::SeriesCache};

/// The ingest service's state. Clones share it; when the last is dropped, the writer commits what waits and ends.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) cache: Arc<SeriesCache>,
    pub(crate) most_body_bytes: usize,
    writer: Arc<Writer>,
}

impl State {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the system gives it no thread.
    pub fn build(settings: &IngestSettings, pool: Pool) -> anyhow::Result<Self> {
        Ok(Self {
            writer: Arc::new(Writer::start(pool.clone(), &settings.writer)?),
            cache: Arc::new(SeriesCache::new(settings.cached_series)),
            most_body_bytes: settings.most_body_mib << 20,
            pool,
        })
    }

    /// Appends `samples` and returns once they are committed.
    pub(crate) async fn append(&self, account: AccountId, samples: Samples) -> Result<(), Problem> {
        self.writer.append(account, samples).await.map_err(|error| match error {
            WriteError::Overloaded => Problem::unavailable("ingest_overloaded", error.to_string()),
            WriteError::Stopped => Problem::unavailable("stopping", "the service is stopping"),
            WriteError::Database(_) => Problem::database_away(error),
        })
    }
}
