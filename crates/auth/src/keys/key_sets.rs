//! The keys of all algorithms.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;

use super::{SigningAlgorithm, schedule::KeySet, signing::SigningKey};

/// The keys that there are, of each algorithm in its own turn.
pub(crate) struct KeySets {
    /// In the order of [`SigningAlgorithm::ALL`].
    sets: [Option<KeySet>; SigningAlgorithm::ALL.len()],
}

impl KeySets {
    /// Sorts `keys`, which are in the order in which they sign.
    pub(super) fn new(mut keys: Vec<SigningKey>) -> Self {
        let sets = SigningAlgorithm::ALL.map(|algorithm| {
            let of_it = keys.extract_if(.., |key| key.algorithm == algorithm);
            KeySet::new(of_it.collect())
        });
        Self { sets }
    }

    fn of(&self, algorithm: SigningAlgorithm) -> Option<&KeySet> {
        SigningAlgorithm::ALL.into_iter().zip(&self.sets).find(|(each, _)| *each == algorithm)?.1.as_ref()
    }

    /// The key of that algorithm that signs at `now`.
    pub(super) fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
        self.of(algorithm)?.signer(now)
    }

    /// The public halves that are good at `now`, as `/.well-known/jwks.json` shows them (RFC 7517 §5).
    pub(super) fn published(&self, now: Timestamp) -> JwkSet {
        JwkSet { keys: self.sets.iter().flatten().flat_map(|keys| keys.published(now)).collect() }
    }

    /// The ids of those that are good no more.
    pub(super) fn ended(&self, now: Timestamp) -> Vec<&str> {
        self.sets.iter().flatten().flat_map(|keys| keys.ended(now)).collect()
    }

    /// The keys that are to be made: of what algorithm, and from when on they are to sign. Of an algorithm that there is
    /// no key of yet, one is if it is `wanted`.
    pub(super) fn next(
        &self,
        wanted: SigningAlgorithm,
        now: Timestamp,
        period: SignedDuration,
    ) -> Vec<(SigningAlgorithm, Timestamp)> {
        let turn = |algorithm| match self.of(algorithm) {
            Some(keys) => keys.next(now, period),
            None => (algorithm == wanted).then_some(now),
        };
        SigningAlgorithm::ALL
            .into_iter()
            .filter_map(|algorithm| Some((algorithm, turn(algorithm)?)))
            .collect()
    }
}
