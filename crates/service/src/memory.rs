//! Memory that requests share, set aside before it is spent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tallykeep_domain::{AccountId, NoRoom, Shares};

use crate::Problem;

/// So much memory, for the requests of all accounts together. Clones share it.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Mutex<Shares>>);

/// One request's part. It is given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    memory: Memory,
    account: AccountId,
    bytes: usize,
}

impl Memory {
    /// So many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(Shares::new(bytes))))
    }

    /// A part of nothing yet, for a request of `account`.
    #[must_use]
    pub fn reserve(&self, account: AccountId) -> Reservation {
        Reservation { memory: self.clone(), account, bytes: 0 }
    }

    /// No code panics while it holds the lock, so what a poisoned lock guards is whole.
    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// Sets `bytes` more aside.
    ///
    /// # Errors
    /// 503 when other requests hold what is left, 429 when others of the same account hold its share: sent again later,
    /// this one may find room.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        self.memory.shares().take(self.account, self.bytes, bytes).map_err(|reason| match reason {
            NoRoom::Full => {
                Problem::unavailable("memory_exhausted", "too much is being received at once; try again soon")
            }
            NoRoom::ShareTaken => {
                Problem::share_exceeded("this account sends too much at once; try again soon")
            }
        })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.shares().give_back(self.account, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_request_holds_another_cannot_have_until_it_ends() {
        let memory = Memory::new(10);
        let mut first = memory.reserve(AccountId::generate());
        first.grow(4).unwrap();
        first.grow(3).unwrap();
        let mut second = memory.reserve(AccountId::generate());
        assert_eq!(second.grow(4).unwrap_err().code(), "memory_exhausted");
        second.grow(3).unwrap();
        drop(first);
        second.grow(7).unwrap();
    }

    #[test]
    fn requests_of_one_account_leave_room_for_another() {
        let (memory, account) = (Memory::new(10), AccountId::generate());
        let mut requests = [memory.reserve(account), memory.reserve(account)];
        requests[0].grow(5).unwrap();
        assert_eq!(requests[1].grow(1).unwrap_err().code(), "share_exceeded");
        memory.reserve(AccountId::generate()).grow(5).unwrap();
        requests[0].grow(5).unwrap();
    }
}
