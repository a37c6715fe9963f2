//! Group commit: one batch is committed while the next one forms.

mod meters;
mod pace;
mod waiting;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use diesel::QueryResult;
use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::{Pool, PooledConnection};
use tallykeep_domain::{AccountId, NoRoom};
use tokio::sync::oneshot;

use crate::{Samples, commit::commit};
use meters::Meters;
use pace::{PAUSE, Pace};
use waiting::{Append, Batch, Waiting};

/// Bounds of the writer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WriterSettings {
    /// How many MiB of samples may wait for their commit. Past it, requests are answered 503; those of an account that
    /// holds as much as is free are answered 429.
    pub most_waiting_mib: usize,
    /// How many samples of an account may wait to be compacted. While there are more, it has some ten commits a second, so
    /// that compaction catches up.
    pub most_uncompacted: u32,
}

impl Default for WriterSettings {
    fn default() -> Self {
        Self { most_waiting_mib: 64, most_uncompacted: 50_000_000 }
    }
}

/// Why samples were not kept. Nothing of them is; the same request may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// More waits for its commit than memory is set aside for.
    #[error("more samples wait to be written than there is room for")]
    Overloaded,
    /// The account has its share of what waits already; others still have room.
    #[error("too many samples of this account wait to be written")]
    ShareTaken,
    /// The database refused the commit or cannot be reached.
    #[error("the samples could not be committed: {0}")]
    Database(Arc<str>),
    /// The writer has ended.
    #[error("the writer has stopped")]
    Stopped,
}

impl From<NoRoom> for WriteError {
    fn from(reason: NoRoom) -> Self {
        match reason {
            NoRoom::Full => Self::Overloaded,
            NoRoom::ShareTaken => Self::ShareTaken,
        }
    }
}

/// Appends samples, each batch in one commit. Dropping it commits what waits, then ends its thread.
pub struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    forming: Mutex<Forming>,
    /// Rings when a batch begins to form, and when the writer is to stop.
    bell: Condvar,
    meters: Meters,
}

struct Forming {
    waiting: Waiting,
    stopping: bool,
    /// Nobody commits any more.
    stopped: bool,
}

impl Writer {
    /// Starts the thread that commits.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(pool: Pool, settings: &WriterSettings) -> std::io::Result<Self> {
        let waiting = Waiting::new(settings.most_waiting_mib << 20);
        let shared = Arc::new(Shared {
            forming: Mutex::new(Forming { waiting, stopping: false, stopped: false }),
            bell: Condvar::new(),
            meters: Meters::new(),
        });
        let run = {
            let (shared, pace) = (Arc::clone(&shared), Pace::new(settings.most_uncompacted));
            move || shared.run(&pool, pace)
        };
        let thread = std::thread::Builder::new().name("segment-writer".into()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Appends `samples` and returns once they are committed.
    ///
    /// # Errors
    /// See [`WriteError`]; nothing was kept then, but for a commit whose answer was lost on the way, which a second
    /// attempt writes over.
    pub async fn append(&self, account: AccountId, samples: Samples) -> Result<(), WriteError> {
        if samples.is_empty() {
            return Ok(());
        }
        let answer = self.shared.enqueue(account, samples)?;
        answer.await.unwrap_or(Err(WriteError::Stopped))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.bell.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by then; there is nothing left to save.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn enqueue(
        &self,
        account: AccountId,
        samples: Samples,
    ) -> Result<oneshot::Receiver<Result<(), WriteError>>, WriteError> {
        let (answer, answered) = oneshot::channel();
        let mut forming = self.lock();
        if forming.stopped {
            return Err(WriteError::Stopped);
        }
        forming.waiting.push(account, Append { samples, answer })?;
        self.meters.waiting(forming.waiting.bytes());
        drop(forming);
        self.bell.notify_one();
        Ok(answered)
    }

    fn run(&self, pool: &Pool, mut pace: Pace) {
        let _end = End(self);
        // Kept as long as there is something to do: a pool asks the database with each that it gives whether it is good.
        let mut connection = None;
        while let Some(mut batch) = self.next_batch(&mut connection) {
            let begin = Instant::now();
            let mut accounts = batch.take_samples();
            let results = write(pool, &mut connection, &mut accounts);
            let committed: Vec<_> = committed(&accounts, &results).collect();
            drop(accounts);
            self.meters.committed(committed.iter().map(|(_, samples)| samples).sum(), begin);
            let mut forming = self.lock();
            forming.waiting.give_back(&batch);
            self.meters.waiting(forming.waiting.bytes());
            drop(forming);
            batch.answer(results);
            let ahead = pace.ahead(connection.as_mut(), committed.into_iter());
            self.meters.held(ahead.len());
            self.lock().waiting.hold(ahead, Instant::now() + PAUSE);
        }
    }

    /// Waits for a batch and takes it; `None` when the writer is to stop and nothing waits. While it waits the pool has
    /// `kept` back.
    fn next_batch(&self, kept: &mut Option<PooledConnection>) -> Option<Batch> {
        let mut forming = self.lock();
        loop {
            if forming.stopping {
                forming.waiting.release();
            }
            let now = Instant::now();
            if let Some(batch) = forming.waiting.take_batch(now) {
                return Some(batch);
            }
            if forming.stopping {
                return None;
            }
            if kept.is_some() {
                drop(forming);
                *kept = None;
                forming = self.lock();
                continue;
            }
            forming = match forming.waiting.released_at() {
                Some(time) => {
                    let waited = self.bell.wait_timeout(forming, time.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.bell.wait(forming).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// No code panics while it holds the lock, so what a poisoned lock guards is whole.
    fn lock(&self) -> MutexGuard<'_, Forming> {
        self.forming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the end of the writer's thread, even when a panic ends it: who appends then is refused and does not wait for a
/// commit that nobody makes.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut forming = self.0.lock();
        forming.stopped = true;
        forming.waiting.clear();
    }
}

/// What became of the samples of each account.
fn write(
    pool: &Pool,
    kept: &mut Option<PooledConnection>,
    accounts: &mut [(AccountId, Samples)],
) -> Vec<Result<(), WriteError>> {
    let failed = |error: &dyn std::error::Error| WriteError::Database(error.to_string().into());
    let connection = kept.take().map_or_else(|| pool.get(), Ok).map_err(|error| failed(&error));
    let committed = connection.and_then(|mut connection| {
        let results = commit(&mut connection, accounts).map_err(|error| failed(&error))?;
        *kept = Some(connection);
        Ok(results)
    });
    match committed {
        Ok(results) => {
            let accounts = accounts.iter().map(|(account, _)| account);
            let answer = |(account, result): (&AccountId, QueryResult<()>)| {
                result.map_err(|error| {
                    tracing::error!("account.id" = %account, %error, "segment_refused");
                    failed(&error)
                })
            };
            accounts.zip(results).map(answer).collect()
        }
        Err(error) => {
            let samples: usize = accounts.iter().map(|(_, samples)| samples.len()).sum();
            tracing::error!(samples, %error, "segment_commit_failed");
            vec![Err(error); accounts.len()]
        }
    }
}

/// How many samples of each account were committed.
fn committed(
    accounts: &[(AccountId, Samples)],
    results: &[Result<(), WriteError>],
) -> impl Iterator<Item = (AccountId, usize)> {
    let committed = accounts.iter().zip(results).filter(|(_, result)| result.is_ok());
    committed.map(|((account, samples), _)| (*account, samples.len()))
}
