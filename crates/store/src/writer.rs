//! Group commit: one batch is committed while the next one forms.

mod meters;
mod waiting;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use diesel::QueryResult;
use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::Pool;
use tallykeep_domain::{AccountId, NoRoom};
use tokio::sync::oneshot;

use crate::{Samples, commit::commit};
use meters::Meters;
use waiting::{Append, Batch, Waiting};

/// Bounds of the writer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WriterSettings {
    /// How many MiB of samples may wait for their commit. Past it, requests are answered 503; those of an account that
    /// holds as much as is free are answered 429.
    pub most_waiting_mib: usize,
}

impl Default for WriterSettings {
    fn default() -> Self {
        Self { most_waiting_mib: 64 }
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
            let shared = Arc::clone(&shared);
            move || shared.run(&pool)
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

    fn run(&self, pool: &Pool) {
        let _end = End(self);
        while let Some(mut batch) = self.next_batch() {
            let begin = Instant::now();
            let mut accounts = batch.take_samples();
            let results = write(pool, &mut accounts);
            let committed = count_committed(&accounts, &results);
            if committed > 0 {
                self.meters.committed(committed, begin);
            }
            drop(accounts);
            let mut forming = self.lock();
            forming.waiting.give_back(&batch);
            self.meters.waiting(forming.waiting.bytes());
            drop(forming);
            batch.answer(results);
        }
    }

    /// Waits for a batch and takes it; `None` when the writer is to stop and nothing waits.
    fn next_batch(&self) -> Option<Batch> {
        let idle = |forming: &mut Forming| forming.waiting.is_empty() && !forming.stopping;
        let mut forming = self.bell.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        (!forming.waiting.is_empty()).then(|| forming.waiting.take_batch())
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
fn write(pool: &Pool, accounts: &mut [(AccountId, Samples)]) -> Vec<Result<(), WriteError>> {
    let failed = |error: &dyn std::error::Error| WriteError::Database(error.to_string().into());
    let committed = pool
        .get()
        .map_err(|error| failed(&error))
        .and_then(|mut connection| commit(&mut connection, accounts).map_err(|error| failed(&error)));
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

fn count_committed(accounts: &[(AccountId, Samples)], results: &[Result<(), WriteError>]) -> usize {
    let committed = accounts.iter().zip(results).filter(|(_, result)| result.is_ok());
    committed.map(|((_, samples), _)| samples.len()).sum()
}
