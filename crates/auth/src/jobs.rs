//! Work that nobody waits for, on a thread of its own. Each replica runs every job, so a job is safe beside itself.

use std::{
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Context;
use tallykeep_database::{
    as_operator,
    models::{AuditEvent, Lockout, RateLimit, Session},
};

use crate::{
    State,
    bell::{Bell, Wake},
    mail,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// How soon a job that failed is tried again.
const RETRY: Duration = MINUTE;

struct Job {
    name: &'static str,
    every: Duration,
    /// Whether the bell calls for it.
    at_bell: bool,
    run: fn(&State) -> anyhow::Result<()>,
}

const JOBS: [Job; 6] = [
    Job { name: "forget_audit_events", every: HOUR, at_bell: false, run: forget_audit_events },
    Job { name: "sweep_lockouts", every: HOUR, at_bell: false, run: sweep_lockouts },
    Job { name: "sweep_rate_limits", every: MINUTE, at_bell: false, run: sweep_rate_limits },
    Job { name: "remove_ended_sessions", every: HOUR, at_bell: false, run: remove_ended_sessions },
    Job { name: "rotate_signing_keys", every: HOUR, at_bell: false, run: rotate_signing_keys },
    // The bell is for what has just been queued here; the minute for retries, and for what a replica left behind.
    Job { name: "send_mail", every: MINUTE, at_bell: true, run: mail::send_all },
];

/// The jobs of a replica. They end when it is dropped.
pub struct Jobs {
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    /// Starts them.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(state: State) -> anyhow::Result<Self> {
        let bell = state.outbox.bell().clone();
        let work = move || {
            let mut due = JOBS.map(|_| Instant::now());
            loop {
                let next = due.iter().min().copied().unwrap_or_else(Instant::now);
                let wait = next.saturating_duration_since(Instant::now());
                let wake = state.outbox.bell().wait(wait);
                if wake == Wake::Stopped {
                    return;
                }
                for (job, due) in JOBS.iter().zip(&mut due) {
                    if *due <= Instant::now() || (wake == Wake::Rung && job.at_bell) {
                        *due = Instant::now() + job.attempt(&state);
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("auth-jobs".into()).spawn(work);
        Ok(Self { bell, thread: Some(thread.context("the jobs have no thread")?) })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.bell.stop();
        if let Some(thread) = self.thread.take() {
            // A job that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Job {
    /// Runs it and answers when it is due again.
    fn attempt(&self, state: &State) -> Duration {
        match (self.run)(state) {
            Ok(()) => self.every,
            Err(error) => {
                tracing::warn!(job = self.name, error = format!("{error:#}"), "job_failed");
                RETRY.min(self.every)
            }
        }
    }
}

fn forget_audit_events(state: &State) -> anyhow::Result<()> {
    let days = state.audit_days;
    let forgotten = as_operator(&mut *state.pool.get()?, |connection| AuditEvent::forget(connection, days))?;
    if forgotten > 0 {
        tracing::info!(forgotten, "audit_events_forgotten");
    }
    Ok(())
}

fn sweep_lockouts(state: &State) -> anyhow::Result<()> {
    as_operator(&mut *state.pool.get()?, |connection| Lockout::sweep(connection, state.lockout))?;
    Ok(())
}

fn sweep_rate_limits(state: &State) -> anyhow::Result<()> {
    RateLimit::sweep(&mut *state.pool.get()?)?;
    Ok(())
}

/// Ended sessions open nothing; this is for the rows.
fn remove_ended_sessions(state: &State) -> anyhow::Result<()> {
    let idle_hours = state.session_idle_hours;
    let removed = as_operator(&mut *state.pool.get()?, |connection| {
        Session::delete_ended_of_all(connection, idle_hours)
    })?;
    if removed > 0 {
        tracing::info!(removed, "ended_sessions_removed");
    }
    Ok(())
}

fn rotate_signing_keys(state: &State) -> anyhow::Result<()> {
    Ok(state.signing_keys.refresh()?)
}
