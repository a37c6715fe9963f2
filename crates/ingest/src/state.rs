//! What the routes share.

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    web::{self, Bytes},
};
use tallykeep_database::Pool;
use tallykeep_domain::AccountId;
use tallykeep_service::{Memory, Problem, Reservation, receive_body};
use tallykeep_store::{Samples, WriteError, Writer};

use crate::{IngestSettings, series_cache::SeriesCache};

/// What a body may take at the most, counted in its own length: itself, packed and unpacked, and its samples, of which
/// the shortest are four bytes long and take 24.
const MEMORY_PER_BODY: usize = 8;
/// The part of it that samples take.
const MEMORY_PER_PARSED_BODY: usize = MEMORY_PER_BODY - 2;

/// The ingest service's state. Clones share it; when the last is dropped, the writer commits what waits and ends.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) cache: Arc<SeriesCache>,
    most_body_bytes: usize,
    memory: Memory,
    writer: Arc<Writer>,
}

impl State {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the bounds on memory do not fit each other, or the system gives the writer no thread.
    pub fn build(settings: &IngestSettings, pool: Pool) -> anyhow::Result<Self> {
        anyhow::ensure!(
            settings.most_memory_mib >= MEMORY_PER_BODY * settings.most_body_mib,
            "the setting ingest.most_memory_mib must be at least {MEMORY_PER_BODY} times ingest.most_body_mib"
        );
        Ok(Self {
            writer: Arc::new(Writer::start(pool.clone(), &settings.writer)?),
            cache: Arc::new(SeriesCache::new(settings.cached_series_mib << 20)),
            most_body_bytes: settings.most_body_mib << 20,
            memory: Memory::new(settings.most_memory_mib << 20),
            pool,
        })
    }

    /// Receives the body, and sets aside what its samples will take, for as long as the reservation lives.
    pub(crate) async fn receive(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
    ) -> Result<(Bytes, Reservation), Problem> {
        let (body, mut reservation) =
            receive_body(request, payload, self.most_body_bytes, self.memory.reserve()).await?;
        reservation.grow(MEMORY_PER_PARSED_BODY * body.len())?;
        Ok((body, reservation))
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
