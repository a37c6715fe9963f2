//! Who waits for a password to be hashed. A hash takes memory and time, and strangers may ask for it, so both the hashes
//! under way and those who wait for their turn are bounded.

use std::{sync::Arc, time::Duration};

use tallykeep_service::Problem;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How many may wait for each that is under way. A hash takes tens of milliseconds, so the last of them waits a second
/// or two.
const WAITING_FOR_EACH: usize = 32;
/// How long one waits at the most, on a machine that has no time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets a few at a time pass.
#[derive(Clone)]
pub(super) struct Queue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Queue {
    pub(super) fn new(parallelism: u8) -> Self {
        let parallelism = usize::from(parallelism);
        Self {
            places: Arc::new(Semaphore::new(parallelism * WAITING_FOR_EACH)),
            turns: Arc::new(Semaphore::new(parallelism)),
        }
    }

    /// Waits for a turn, which lasts until what is answered is dropped.
    ///
    /// # Errors
    /// 503 when too many wait already, or it takes too long.
    pub(super) async fn wait(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await.map_err(|_| busy())?;
        turn.map_err(Problem::internal)
    }
}

fn busy() -> Problem {
    Problem::unavailable("password_hashing_busy", "too many passwords are being checked; try again soon")
}
