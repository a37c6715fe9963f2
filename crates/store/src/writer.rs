//! Group commit: one batch is committed while the next one forms.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use opentelemetry::{
    global,
    metrics::{Counter, Histogram},
};
use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::Pool;
use tallykeep_domain::AccountId;
use tokio::sync::oneshot;

use crate::{Samples, commit::commit};

/// Bounds of the writer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WriterSettings {
    /// How many MiB of samples may wait for their commit. Past it, requests are answered 503.
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
    /// The database refused the commit or cannot be reached.
    #[error("the samples could not be committed: {0}")]
    Database(Arc<str>),
    /// The writer has ended.
    #[error("the writer has stopped")]
    Stopped,
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
    most_waiting: usize,
}

#[derive(Default)]
struct Forming {
    batch: Batch,
    /// Bytes of the forming batch and of the one that is being committed.
    waiting: usize,
    stopping: bool,
    /// Nobody commits any more.
    stopped: bool,
}

type Answer = oneshot::Sender<Result<(), WriteError>>;

#[derive(Default)]
struct Batch {
    accounts: BTreeMap<AccountId, Samples>,
    answers: Vec<Answer>,
    bytes: usize,
}

impl Writer {
    /// Starts the thread that commits.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(pool: Pool, settings: &WriterSettings) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            forming: Mutex::default(),
            bell: Condvar::new(),
            most_waiting: settings.most_waiting_mib << 20,
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
    pub async fn append(&self, account: AccountId, mut samples: Samples) -> Result<(), WriteError> {
        if samples.is_empty() {
            return Ok(());
        }
        let answer = self.shared.enqueue(account, &mut samples)?;
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
        samples: &mut Samples,
    ) -> Result<oneshot::Receiver<Result<(), WriteError>>, WriteError> {
        let bytes = samples.len() * Samples::BYTES_EACH;
        let (answer, answered) = oneshot::channel();
        let mut forming = self.lock();
        if forming.stopped {
            return Err(WriteError::Stopped);
        }
        // A batch that is alone is taken whatever its size, or it could never be.
        if forming.waiting > 0 && forming.waiting + bytes > self.most_waiting {
            return Err(WriteError::Overloaded);
        }
        forming.waiting += bytes;
        forming.batch.bytes += bytes;
        forming.batch.accounts.entry(account).or_default().append(samples);
        forming.batch.answers.push(answer);
        drop(forming);
        self.bell.notify_one();
        Ok(answered)
    }

    fn run(&self, pool: &Pool) {
        let _end = End(self);
        let meters = Meters::new();
        while let Some(mut batch) = self.next_batch() {
            let samples = batch.accounts.values().map(Samples::len).sum();
            let begin = Instant::now();
            let result = write(pool, &mut batch.accounts);
            self.lock().waiting -= batch.bytes;
            match &result {
                Ok(()) => meters.committed(samples, begin),
                Err(error) => tracing::error!(samples, %error, "segment_commit_failed"),
            }
            for answer in batch.answers {
                // Who asked may have gone; the samples are kept all the same.
                let _ = answer.send(result.clone());
            }
        }
    }

    /// Waits for a batch and takes it; `None` when the writer is to stop and nothing waits.
    fn next_batch(&self) -> Option<Batch> {
        let idle = |forming: &mut Forming| forming.batch.answers.is_empty() && !forming.stopping;
        let mut forming = self.bell.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let batch = std::mem::take(&mut forming.batch);
        (!batch.answers.is_empty()).then_some(batch)
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
        forming.batch = Batch::default();
    }
}

fn write(pool: &Pool, accounts: &mut BTreeMap<AccountId, Samples>) -> Result<(), WriteError> {
    let failed = |error: &dyn std::error::Error| WriteError::Database(error.to_string().into());
    let mut connection = pool.get().map_err(|error| failed(&error))?;
    commit(&mut connection, accounts).map_err(|error| failed(&error))
}

struct Meters {
    samples: Counter<u64>,
    duration: Histogram<f64>,
    batch: Histogram<u64>,
}

impl Meters {
    fn new() -> Self {
        let meter = global::meter("tallykeep_store");
        Self {
            samples: meter.u64_counter("tallykeep.store.committed").with_unit("{sample}").build(),
            duration: meter
                .f64_histogram("tallykeep.store.commit.duration")
                .with_unit("s")
                .with_boundaries([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5].into())
                .build(),
            batch: meter
                .u64_histogram("tallykeep.store.batch.size")
                .with_unit("{sample}")
                .with_boundaries([1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6].into())
                .build(),
        }
    }

    fn committed(&self, samples: usize, begin: Instant) {
        self.samples.add(samples as u64, &[]);
        self.duration.record(begin.elapsed().as_secs_f64(), &[]);
        self.batch.record(samples as u64, &[]);
    }
}
