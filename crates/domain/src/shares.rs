//! Room that accounts share.

use std::collections::HashMap;

use crate::AccountId;

/// So much room, in bytes or whatever else is counted, of which each account holds a part for as long as it needs it.
///
/// An account may hold at most as much as is free (dynamic threshold, Choudhury and Hahne 1998): one that floods gets
/// half of the room, two a third each, and a part is always left for one that comes new. A fixed share would either be
/// too small for one alone, or too large for many.
#[derive(Debug)]
pub struct Shares {
    most: usize,
    taken: usize,
    held: HashMap<AccountId, usize>,
}

/// Why an account gets no more room now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// All of them together hold too much.
    Full,
    /// It holds its own share already.
    ShareTaken,
}

impl Shares {
    /// `most` in all.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, taken: 0, held: HashMap::new() }
    }

    /// How much all of them hold.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Lets `account` hold `more`, for a request that holds `mine` already. The share bounds what it holds by its other
    /// requests: the only one of an account may take all that is free.
    ///
    /// # Errors
    /// When there is no room now; nothing is taken then.
    pub fn take(&mut self, account: AccountId, mine: usize, more: usize) -> Result<(), NoRoom> {
        let free = self.most.saturating_sub(self.taken);
        let held = self.held.get(&account).copied().unwrap_or_default();
        if more > free {
            return Err(NoRoom::Full);
        }
        if held > mine && held + more > free {
            return Err(NoRoom::ShareTaken);
        }
        self.hold(account, more);
        Ok(())
    }

    /// Lets `account` hold `more`, also past the bound.
    pub fn hold(&mut self, account: AccountId, more: usize) {
        self.taken += more;
        *self.held.entry(account).or_default() += more;
    }

    /// Takes back `less` of what `account` holds.
    pub fn give_back(&mut self, account: AccountId, less: usize) {
        self.taken = self.taken.saturating_sub(less);
        let held = self.held.remove(&account).unwrap_or_default().saturating_sub(less);
        if held > 0 {
            self.held.insert(account, held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one after the other until it is refused, and answers how much that was.
    fn flood(shares: &mut Shares, account: AccountId) -> usize {
        let before = shares.taken();
        while shares.take(account, 0, 1).is_ok() {}
        shares.taken() - before
    }

    #[test]
    fn who_floods_gets_as_much_as_is_left_to_the_others() {
        let (mut shares, [anna, ben]) = (Shares::new(100), [AccountId::generate(), AccountId::generate()]);
        assert_eq!(flood(&mut shares, anna), 50);
        assert_eq!(shares.take(anna, 0, 1), Err(NoRoom::ShareTaken));
        assert_eq!(flood(&mut shares, ben), 25);
        assert_eq!(flood(&mut shares, AccountId::generate()), 13);
        shares.give_back(anna, 50);
        assert_eq!(flood(&mut shares, ben), 19);
        assert_eq!(shares.taken(), 57);
    }

    #[test]
    fn the_only_request_of_an_account_may_take_all_that_is_free() {
        let (mut shares, [anna, ben]) = (Shares::new(100), [AccountId::generate(), AccountId::generate()]);
        assert_eq!(shares.take(anna, 0, 70), Ok(()));
        assert_eq!(shares.take(anna, 0, 1), Err(NoRoom::ShareTaken));
        assert_eq!(shares.take(anna, 70, 20), Ok(()));
        assert_eq!(shares.take(ben, 0, 11), Err(NoRoom::Full));
        assert_eq!(shares.take(ben, 0, 10), Ok(()));
        shares.give_back(anna, 90);
        assert_eq!(shares.taken(), 10);
    }

    #[test]
    fn what_is_held_past_the_bound_leaves_nothing_to_take() {
        let (mut shares, anna) = (Shares::new(10), AccountId::generate());
        shares.hold(anna, 20);
        assert_eq!(shares.take(AccountId::generate(), 0, 1), Err(NoRoom::Full));
        shares.give_back(anna, 20);
        assert_eq!(shares.take(anna, 0, 10), Ok(()));
    }
}
