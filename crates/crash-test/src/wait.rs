//! Waiting for something to become true, within a bound.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Long: the machine may be busy, and a database recovers in its own time.
pub(crate) const BOUND: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks `condition` until it holds.
///
/// # Errors
/// When it does not within the bound; names `what`.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) -> anyhow::Result<()> {
    let begin = Instant::now();
    while !condition() {
        anyhow::ensure!(begin.elapsed() < BOUND, "waited {} s in vain: {what}", BOUND.as_secs());
        thread::park_timeout(PAUSE);
    }
    Ok(())
}
