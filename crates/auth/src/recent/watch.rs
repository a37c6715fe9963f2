//! Hearing of changes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};

use anyhow::Context;
use secrecy::SecretString;
use tallykeep_database::{Changes, PoolSettings, with_password};

use super::Freshness;
use crate::State;

/// How soon a change that another made is counted. libpq can be asked whether there is one, but not waited upon.
const PAUSE: Duration = Duration::from_millis(10);
/// How often the database is asked for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);
/// How soon it is called again when the line is lost.
const RETRY: Duration = Duration::from_secs(1);

/// A thread that hears of changes, on a connection of its own, and has them counted. It ends when this is dropped.
pub struct Watch {
    stopped: Arc<AtomicBool>,
    thread: Thread,
}

impl Watch {
    /// Watches the database of `settings` for `state`, which remembers nothing without it.
    ///
    /// # Errors
    /// When the address is no URL, or the system gives no thread.
    pub fn start(state: &State, settings: &PoolSettings) -> anyhow::Result<Self> {
        let url = with_password(&settings.url, settings.password.as_ref())?;
        let stopped = Arc::<AtomicBool>::default();
        let listener =
            Listener { url, freshness: Arc::clone(&state.recent.freshness), stopped: Arc::clone(&stopped) };
        let thread = thread::Builder::new().name("auth-watch".into()).spawn(move || listener.run());
        Ok(Self { stopped, thread: thread.context("the watch has no thread")?.thread().clone() })
    }
}

impl Drop for Watch {
    /// Does not wait for the thread, which may be waiting for a database that is away.
    fn drop(&mut self) {
        self.stopped.store(true, Relaxed);
        self.thread.unpark();
    }
}

struct Listener {
    url: SecretString,
    freshness: Arc<Freshness>,
    stopped: Arc<AtomicBool>,
}

impl Listener {
    fn run(self) {
        let mut silent = false;
        while !self.is_stopped() {
            let heard = self.listen(&mut silent);
            self.freshness.lost();
            if let Err(error) = heard
                && !std::mem::replace(&mut silent, true)
            {
                tracing::warn!(error = format!("{error:#}"), "changes_not_heard");
            }
            thread::park_timeout(RETRY);
        }
    }

    /// Listens until it is stopped or the line is lost.
    fn listen(&self, silent: &mut bool) -> anyhow::Result<()> {
        let mut changes = Changes::listen(&self.url)?;
        // Nobody has heard what changed before.
        self.freshness.forget();
        let mut next = Instant::now();
        while !self.is_stopped() {
            let asked = Instant::now();
            let due = asked >= next;
            if due {
                changes.confirm()?;
            }
            if changes.arrived()? {
                self.freshness.forget();
            }
            if due {
                self.freshness.heard(asked);
                next = asked + SIGN_OF_LIFE;
                *silent = false;
            }
            thread::park_timeout(PAUSE);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }
}
