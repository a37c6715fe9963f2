//! What wakes the jobs before they are due.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Rung when there is work that should not wait. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<(Mutex<Signals>, Condvar)>);

#[derive(Debug, Default)]
struct Signals {
    rung: bool,
    stopped: bool,
}

/// Why [`Bell::wait`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The time was over.
    Due,
    /// It was rung.
    Rung,
    /// There is to be no more work.
    Stopped,
}

impl Bell {
    /// Wakes whoever waits, or will wait next.
    pub fn ring(&self) {
        self.signals().rung = true;
        self.0.1.notify_all();
    }

    /// Says that there is to be no more work.
    pub(crate) fn stop(&self) {
        self.signals().stopped = true;
        self.0.1.notify_all();
    }

    /// Whether there is to be no more work.
    pub fn is_stopped(&self) -> bool {
        self.signals().stopped
    }

    /// Waits for a signal, at most for `longest`.
    pub(crate) fn wait(&self, longest: Duration) -> Wake {
        let quiet = |signals: &mut Signals| !signals.rung && !signals.stopped;
        let waited = self.0.1.wait_timeout_while(self.signals(), longest, quiet);
        let (mut signals, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (signals.stopped, std::mem::take(&mut signals.rung)) {
            (true, _) => Wake::Stopped,
            (false, true) => Wake::Rung,
            (false, false) => Wake::Due,
        }
    }

    /// Nobody leaves the two flags half set, so that a panic elsewhere is no reason to give up.
    fn signals(&self) -> MutexGuard<'_, Signals> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
