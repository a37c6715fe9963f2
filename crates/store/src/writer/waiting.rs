//! What waits for its commit, by account.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Instant,
};

use tallykeep_domain::{AccountId, Shares};
use tokio::sync::oneshot;

use super::WriteError;
use crate::Samples;

/// The most bytes of one account in a batch, unless one append alone has more. So a flood of one account makes the
/// commits that others wait for no longer than this takes, some ten milliseconds.
const MOST_OF_AN_ACCOUNT: usize = 2 << 20;

pub(super) type Answer = oneshot::Sender<Result<(), WriteError>>;

/// One append: its samples, and who waits for them.
pub(super) struct Append {
    pub(super) samples: Samples,
    pub(super) answer: Answer,
}

impl Append {
    fn bytes(&self) -> usize {
        self.samples.len() * Samples::BYTES_EACH
    }
}

/// Appends in the order in which they came, for each account.
pub(super) struct Waiting {
    accounts: BTreeMap<AccountId, VecDeque<Append>>,
    /// The accounts that are passed over, and until when.
    held: HashMap<AccountId, Instant>,
    /// Of what waits, and of the batch that is being committed.
    shares: Shares,
}

impl Waiting {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { accounts: BTreeMap::new(), held: HashMap::new(), shares: Shares::new(most_bytes) }
    }

    /// How many bytes wait or are being committed.
    pub(super) fn bytes(&self) -> usize {
        self.shares.taken()
    }

    pub(super) fn push(&mut self, account: AccountId, append: Append) -> Result<(), WriteError> {
        if self.shares.taken() == 0 {
            // One that is alone is taken whatever its size, or it could never be.
            self.shares.hold(account, append.bytes());
        } else {
            self.shares.take(account, 0, append.bytes())?;
        }
        self.accounts.entry(account).or_default().push_back(append);
        Ok(())
    }

    /// Takes the next batch: of each account that is not held what came first, up to its bound. The rest waits for the one
    /// after. `None` where there is nothing to take.
    pub(super) fn take_batch(&mut self, now: Instant) -> Option<Batch> {
        let Self { accounts, held, .. } = self;
        held.retain(|_, until| *until > now);
        let mut parts = Vec::with_capacity(accounts.len());
        accounts.retain(|account, appends| {
            if !held.contains_key(account) {
                parts.push(Part::take(*account, appends));
            }
            !appends.is_empty()
        });
        (!parts.is_empty()).then_some(Batch { parts })
    }

    /// Passes over `accounts` until that time.
    pub(super) fn hold(&mut self, accounts: Vec<AccountId>, until: Instant) {
        self.held.extend(accounts.into_iter().map(|account| (account, until)));
    }

    /// Passes over nobody any more.
    pub(super) fn release(&mut self) {
        self.held.clear();
    }

    /// When the first of those that wait and are held may be taken.
    pub(super) fn released_at(&self) -> Option<Instant> {
        self.accounts.keys().filter_map(|account| self.held.get(account)).min().copied()
    }

    /// Gives back the room of a batch that has been committed.
    pub(super) fn give_back(&mut self, batch: &Batch) {
        for part in &batch.parts {
            self.shares.give_back(part.account, part.bytes);
        }
    }

    /// Drops what waits, and with it whom to answer.
    pub(super) fn clear(&mut self) {
        self.accounts.clear();
    }
}

/// What is committed together.
pub(super) struct Batch {
    parts: Vec<Part>,
}

impl Batch {
    /// Takes the samples of each account out, in the order of arrival. What is left is whom to answer.
    pub(super) fn take_samples(&mut self) -> Vec<(AccountId, Samples)> {
        self.parts.iter_mut().map(|part| (part.account, part.take_samples())).collect()
    }

    /// Answers the appends of each account, in the same order.
    pub(super) fn answer(self, results: Vec<Result<(), WriteError>>) {
        for (part, result) in self.parts.into_iter().zip(results) {
            part.answer(&result);
        }
    }
}

/// One account's part of a batch.
struct Part {
    account: AccountId,
    appends: Vec<Append>,
    bytes: usize,
}

impl Part {
    /// Moves nothing but the appends themselves: a lock is held meanwhile.
    fn take(account: AccountId, appends: &mut VecDeque<Append>) -> Self {
        let mut part = Self { account, appends: Vec::new(), bytes: 0 };
        while let Some(append) = appends
            .pop_front_if(|append| part.bytes == 0 || part.bytes + append.bytes() <= MOST_OF_AN_ACCOUNT)
        {
            part.bytes += append.bytes();
            part.appends.push(append);
        }
        part
    }

    fn take_samples(&mut self) -> Samples {
        let mut samples = Samples::default();
        for append in &mut self.appends {
            samples.append(&mut append.samples);
        }
        samples
    }

    fn answer(self, result: &Result<(), WriteError>) {
        for append in self.appends {
            // Who asked may have gone; the samples are kept all the same.
            let _ = append.answer.send(result.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn push(waiting: &mut Waiting, account: AccountId) {
        let mut samples = Samples::default();
        samples.push_read(tallykeep_domain::SeriesId(1), 0, 1.0);
        waiting.push(account, Append { samples, answer: oneshot::channel().0 }).unwrap();
    }

    fn taken(waiting: &mut Waiting, now: Instant) -> Vec<AccountId> {
        waiting
            .take_batch(now)
            .map_or(Vec::new(), |batch| batch.parts.iter().map(|part| part.account).collect())
    }

    #[test]
    fn an_account_that_is_held_is_passed_over_until_its_time_and_holds_up_no_other() {
        let (mut waiting, now) = (Waiting::new(1 << 20), Instant::now());
        let (held, other) = (AccountId::generate(), AccountId::generate());
        let until = now + Duration::from_secs(1);
        waiting.hold(vec![held], until);
        assert_eq!(waiting.released_at(), None, "nothing of it waits");
        push(&mut waiting, held);
        push(&mut waiting, other);
        assert_eq!(taken(&mut waiting, now), [other]);
        assert_eq!(taken(&mut waiting, now), []);
        assert_eq!(waiting.released_at(), Some(until));
        assert_eq!(taken(&mut waiting, until), [held]);
        assert_eq!(waiting.released_at(), None);
    }

    #[test]
    fn who_is_released_is_taken_at_once() {
        let (mut waiting, now) = (Waiting::new(1 << 20), Instant::now());
        let held = AccountId::generate();
        push(&mut waiting, held);
        waiting.hold(vec![held], now + Duration::from_secs(1));
        waiting.release();
        assert_eq!(taken(&mut waiting, now), [held]);
    }
}
