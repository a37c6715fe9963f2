//! Work that nobody waits for, on a thread of its own. Each replica runs every job, so a job is safe beside itself.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow};

use crate::bell::{Bell, Wake};

/// How soon a job that failed is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Work that is done again and again, with `S` at hand.
#[derive(Debug, Clone, Copy)]
pub struct Job<S> {
    /// What it is called in the log.
    pub name: &'static str,
    /// How long after it was done it is due again.
    pub every: Duration,
    /// Whether the bell calls for it, too.
    pub at_bell: bool,
    /// Does it.
    pub run: fn(&S) -> anyhow::Result<()>,
}

/// The jobs of a service in this process. They end when it is dropped.
pub struct Jobs {
    bell: Bell,
    thread: Option<JoinHandle<()>>,
    others: Vec<Jobs>,
}

impl Jobs {
    /// Starts `jobs` on a thread that is called `name`. `bell` wakes it before anything is due.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<S: Send + 'static>(
        name: &str,
        state: S,
        jobs: &'static [Job<S>],
        bell: Bell,
    ) -> anyhow::Result<Self> {
        let listening = bell.clone();
        let thread = thread::Builder::new().name(name.into()).spawn(move || run(&state, jobs, &listening));
        let thread = Some(thread.context("the jobs have no thread")?);
        Ok(Self { bell, thread, others: Vec::new() })
    }

    /// These, and `other` ones on their own thread.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.others.push(other);
        self
    }

    /// Lets no job begin any more.
    fn stop(&self) {
        self.bell.stop();
        self.others.iter().for_each(Self::stop);
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        // All at once, so that none is waited for while another begins anew.
        self.stop();
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic in it has been said.
            let _ = thread.join();
        }
    }
}

/// Runs what is due, or rung for, until the bell says stop.
fn run<S>(state: &S, jobs: &[Job<S>], bell: &Bell) {
    let mut due: Vec<_> = jobs.iter().map(|_| Instant::now()).collect();
    loop {
        let next = due.iter().min().copied().unwrap_or_else(Instant::now);
        let wait = next.saturating_duration_since(Instant::now());
        let wake = bell.wait(wait);
        if wake == Wake::Stopped {
            return;
        }
        for (job, due) in jobs.iter().zip(&mut due) {
            if *due <= Instant::now() || (wake == Wake::Rung && job.at_bell) {
                *due = Instant::now() + job.attempt(state);
            }
        }
    }
}

impl<S> Job<S> {
    /// Runs it and answers when it is due again.
    fn attempt(&self, state: &S) -> Duration {
        // A job that panics must not take the others with it.
        let done = catch_unwind(AssertUnwindSafe(|| (self.run)(state)));
        match done.unwrap_or_else(|_| Err(anyhow!("it panicked"))) {
            Ok(()) => self.every,
            Err(error) => {
                tracing::warn!(job = self.name, error = format!("{error:#}"), "job_failed");
                RETRY.min(self.every)
            }
        }
    }
}
