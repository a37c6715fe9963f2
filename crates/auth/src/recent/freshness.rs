//! What may still be used of what is remembered.

use std::{
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::{Duration, Instant},
};

/// For how long after a sign of life from the database nothing can have changed unheard. A connection can die without a
/// word.
const EARSHOT: Duration = Duration::from_secs(2);

/// Counts the changes, and knows whether they are heard of.
///
/// What is remembered carries the [`Moment`] before it was read. It is used while no change was counted since then, so
/// one that is heard of while something is being read makes that stale before it is remembered. There is one count for
/// everything: changes are rare beside questions, and one number cannot be got wrong.
///
/// Changes are counted by [`Watch`](super::Watch), which the database tells of each, and before they are answered by
/// the replica that makes them. While no database is heard, nothing that is remembered is used.
pub(crate) struct Freshness {
    begin: Instant,
    lasts: Duration,
    changes: AtomicU64,
    /// Until when the database counts as heard, in milliseconds since `begin`.
    heard_until: AtomicU64,
}

/// A point in time and in the order of changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    changes: u64,
    at: Instant,
}

impl Freshness {
    /// Nothing is heard yet.
    pub(crate) fn new(lasts: Duration) -> Self {
        Self { begin: Instant::now(), lasts, changes: AtomicU64::new(0), heard_until: AtomicU64::new(0) }
    }

    /// Now. To be asked before that is read which shall be remembered.
    pub(crate) fn moment(&self) -> Moment {
        Moment { changes: self.changes.load(SeqCst), at: Instant::now() }
    }

    /// Whether what was read after `moment`, and is good for `good_for` by itself, may still be used.
    pub(super) fn allows(&self, moment: Moment, good_for: Duration) -> bool {
        moment.at.elapsed() < self.lasts.min(good_for)
            && moment.changes == self.changes.load(SeqCst)
            && self.hears()
    }

    /// Whether anything can be remembered at all.
    pub(super) fn hears(&self) -> bool {
        self.since_begin(Instant::now()) < self.heard_until.load(SeqCst)
    }

    /// Counts a change: everything that was read before is forgotten.
    pub(crate) fn forget(&self) {
        self.changes.fetch_add(1, SeqCst);
    }

    /// The database answered what it was asked at `asked`.
    pub(super) fn heard(&self, asked: Instant) {
        self.heard_until.store(self.since_begin(asked + EARSHOT), SeqCst);
    }

    /// The database is not heard any more.
    pub(super) fn lost(&self) {
        self.heard_until.store(0, SeqCst);
    }

    fn since_begin(&self, instant: Instant) -> u64 {
        let elapsed = instant.saturating_duration_since(self.begin).as_millis();
        // A process does not run for so many milliseconds.
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn heard() -> Freshness {
        let freshness = Freshness::new(LONG);
        freshness.heard(Instant::now());
        freshness
    }

    #[test]
    fn what_was_read_is_used_until_something_changes() {
        let freshness = heard();
        let before = freshness.moment();
        assert!(freshness.allows(before, LONG));
        freshness.forget();
        assert!(!freshness.allows(before, LONG), "a change came while it was being read, or later");
        assert!(freshness.allows(freshness.moment(), LONG));
    }

    #[test]
    fn nothing_is_used_while_the_database_is_not_heard() {
        let freshness = Freshness::new(LONG);
        assert!(!freshness.allows(freshness.moment(), LONG), "it was never heard");
        freshness.heard(Instant::now());
        assert!(freshness.allows(freshness.moment(), LONG));
        freshness.lost();
        assert!(!freshness.allows(freshness.moment(), LONG));
        let silent_since = Instant::now().checked_sub(EARSHOT).unwrap();
        freshness.heard(silent_since);
        assert!(!freshness.allows(freshness.moment(), LONG), "its last word is too long ago");
    }

    #[test]
    fn nothing_is_used_after_its_own_end() {
        let freshness = heard();
        assert!(!freshness.allows(freshness.moment(), Duration::ZERO));
        let forgetful = Freshness::new(Duration::ZERO);
        forgetful.heard(Instant::now());
        assert!(!forgetful.allows(forgetful.moment(), LONG));
    }
}
