//! Memory that requests share, set aside before it is spent.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Problem;

/// What is counted in: a semaphore holds fewer permits than a large machine has bytes.
const UNIT_BYTES: usize = 1 << 10;

/// So much memory, for all requests together. Clones share it.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Semaphore>);

/// One request's part. It is given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    memory: Memory,
    permit: Option<OwnedSemaphorePermit>,
}

impl Memory {
    /// So many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / UNIT_BYTES).min(Semaphore::MAX_PERMITS))))
    }

    /// A part of nothing yet.
    #[must_use]
    pub fn reserve(&self) -> Reservation {
        Reservation { memory: self.clone(), permit: None }
    }
}

impl Reservation {
    /// Sets `bytes` more aside.
    ///
    /// # Errors
    /// 503 when other requests hold what is left: sent again later, this one may find room.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let full = |_| {
            Problem::unavailable("memory_exhausted", "too much is being received at once; try again soon")
        };
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.memory.0).try_acquire_many_owned(units).map_err(full)?;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            permit @ None => *permit = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_request_holds_another_cannot_have_until_it_ends() {
        let memory = Memory::new(10 * UNIT_BYTES);
        let mut first = memory.reserve();
        first.grow(4 * UNIT_BYTES).unwrap();
        first.grow(3 * UNIT_BYTES).unwrap();
        let mut second = memory.reserve();
        assert!(second.grow(4 * UNIT_BYTES).is_err());
        second.grow(3 * UNIT_BYTES).unwrap();
        drop(first);
        second.grow(7 * UNIT_BYTES).unwrap();
    }
}
