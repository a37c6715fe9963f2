//! The memory that passwords are hashed in.
//!
//! Argon2 wants 19 MiB for a moment. To be given so much by the system, page after page, takes almost as long as the
//! hash; so it is kept from one hash to the next, and given back once a minute.

use std::{
    mem,
    sync::{Mutex, PoisonError},
};

use argon2::Block;

/// Memory that is lent to one hash after the other. There is as much of it as hashes ever ran at once.
#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Lends so many blocks to `work`. They hold whatever the last one left there; Argon2 writes before it reads.
    pub(super) fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut lent = self.with(Vec::pop).unwrap_or_default();
        lent.resize(blocks, Block::new());
        let result = work(&mut lent);
        self.with(|kept| kept.push(lent));
        result
    }

    /// Gives back what is not lent just now.
    pub(super) fn release(&self) {
        // Dropped outside the lock: that is as slow as taking it.
        drop(self.with(mem::take));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Vec<Block>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `mark` into lent memory, and answers what stood there.
    fn write(memory: &Memory, mark: u64) -> u64 {
        memory.lend(2, |blocks| mem::replace(&mut blocks[1].as_mut()[0], mark))
    }

    #[test]
    fn memory_is_lent_again_until_it_is_given_back() {
        let memory = Memory::default();
        assert_eq!([write(&memory, 1), write(&memory, 2)], [0, 1]);
        memory.release();
        assert_eq!(write(&memory, 3), 0);
    }
}
