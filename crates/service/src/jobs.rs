//! Work that nobody waits for, on a thread of its own. Each replica runs every job, so a job is safe beside itself.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Context;

/// How soon a job that failed is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Work that is done again and again, with `S` at hand.
#[derive(Debug, Clone, Copy)]
pub struct Job<S> {
    /// What it is called in the log.
    pub name: &'static str,
    /// How long after it was done it is due again.
    pub every: Duration,
    /// Does it.
    pub run: fn(&S) -> anyhow::Result<()>,
}

/// The jobs of a service in this process. They end when it is dropped.
pub struct Jobs {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    /// Starts `jobs` on a thread that is called `name`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<S: Send + 'static>(name: &str, state: S, jobs: &'static [Job<S>]) -> anyhow::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name(name.into()).spawn(move || run(&state, jobs, &stopped));
        Ok(Self { stop: Some(stop), thread: Some(thread.context("the jobs have no thread")?) })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A job that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Runs what is due until `stopped` is let go.
fn run<S>(state: &S, jobs: &[Job<S>], stopped: &Receiver<()>) {
    let mut due: Vec<_> = jobs.iter().map(|_| Instant::now()).collect();
    loop {
        let next = due.iter().min().copied().unwrap_or_else(Instant::now);
        let wait = next.saturating_duration_since(Instant::now());
        if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        for (job, due) in jobs.iter().zip(&mut due).filter(|(_, due)| **due <= Instant::now()) {
            *due = Instant::now() + job.attempt(state);
        }
    }
}

impl<S> Job<S> {
    /// Runs it and answers when it is due again.
    fn attempt(&self, state: &S) -> Duration {
        match (self.run)(state) {
            Ok(()) => self.every,
            Err(error) => {
                tracing::warn!(job = self.name, error = format!("{error:#}"), "job_failed");
                RETRY.min(self.every)
            }
        }
    }
}
