//! What waits for its commit, by account.

use std::collections::{BTreeMap, VecDeque};

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
    /// Of what waits, and of the batch that is being committed.
    shares: Shares,
}

impl Waiting {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { accounts: BTreeMap::new(), shares: Shares::new(most_bytes) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
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

    /// Takes the next batch: of each account what came first, up to its bound. The rest waits for the one after.
    pub(super) fn take_batch(&mut self) -> Batch {
        let mut parts = Vec::with_capacity(self.accounts.len());
        self.accounts.retain(|account, appends| {
            parts.push(Part::take(*account, appends));
            !appends.is_empty()
        });
        Batch { parts }
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
