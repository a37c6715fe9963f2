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
use tokio::sync::Semaphore;

use crate::{IngestSettings, meters::Meters, series_cache::SeriesCache};

/// What a body may take at the most, counted in its own length: itself, packed and unpacked, and its samples, of which
/// the shortest are four bytes long and take 24.
const MEMORY_PER_BODY: usize = 8;
/// The part of it that samples take.
const MEMORY_PER_PARSED_BODY: usize = MEMORY_PER_BODY - 2;
/// What a sample takes at the most, in bytes: the list of them grows by doubling.
const MEMORY_PER_SAMPLE: usize = 48;
/// How many requests look up series at once, so that the others have connections left to commit by.
const LOOK_UPS: usize = 2;
/// A body up to this size is parsed where it was received: a hop to another thread takes longer than that.
const SHORT_BODY_BYTES: usize = 8 << 10;

/// The ingest service's state. Clones share it; when the last is dropped, the writer commits what waits and ends.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) cache: Arc<SeriesCache>,
    pub(crate) meters: Meters,
    pub(crate) most_samples: usize,
    pub(crate) most_series: i64,
    /// Taken by a request while it looks up series in the database: those of one account wait for each other there.
    pub(crate) look_ups: Arc<Semaphore>,
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
            pool.max_size() > 1,
            "the setting database.connections must be at least 2: one is the writer's for as long as it has work"
        );
        anyhow::ensure!(
            settings.most_memory_mib >= MEMORY_PER_BODY * settings.most_body_mib,
            "the setting ingest.most_memory_mib must be at least {MEMORY_PER_BODY} times ingest.most_body_mib"
        );
        Ok(Self {
            writer: Arc::new(Writer::start(pool.clone(), &settings.writer)?),
            cache: Arc::new(SeriesCache::new(settings.cached_series_mib << 20)),
            meters: Meters::new(),
            most_samples: settings.most_samples,
            most_series: settings.most_series.into(),
            look_ups: Arc::new(Semaphore::new(LOOK_UPS)),
            most_body_bytes: settings.most_body_mib << 20,
            memory: Memory::new(settings.most_memory_mib << 20),
            pool,
        })
    }

    /// Receives a body of `account`, and sets aside what its samples will take, for as long as the reservation lives.
    pub(crate) async fn receive(
        &self,
        account: AccountId,
        request: &HttpRequest,
        payload: web::Payload,
    ) -> Result<(Bytes, Reservation), Problem> {
        let reservation = self.memory.reserve(account);
        let (body, mut reservation) = receive_body(request, payload, self.most_body_bytes, reservation)
            .await
            .inspect_err(|problem| self.meters.refused(problem.code()))?;
        let samples = MEMORY_PER_SAMPLE.saturating_mul(self.most_samples);
        reservation
            .grow(samples.min(MEMORY_PER_PARSED_BODY * body.len()))
            .inspect_err(|problem| self.meters.refused(problem.code()))?;
        Ok((body, reservation))
    }

    /// Appends `samples` and returns once they are committed.
    pub(crate) async fn append(&self, account: AccountId, samples: Samples) -> Result<(), Problem> {
        self.writer.append(account, samples).await.map_err(|error| match error {
            WriteError::Overloaded => Problem::unavailable("ingest_overloaded", error.to_string()),
            WriteError::ShareTaken => Problem::share_exceeded(error.to_string()),
            WriteError::Stopped => Problem::unavailable("stopping", "the service is stopping"),
            WriteError::Database(_) => Problem::database_away(error),
        })
    }
}

/// Parses a body of that many bytes.
pub(crate) async fn parse<T: Send + 'static>(
    bytes: usize,
    parse: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    if bytes <= SHORT_BODY_BYTES { Ok(parse()) } else { web::block(parse).await.map_err(Problem::internal) }
}
