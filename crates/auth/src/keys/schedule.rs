//! When a signing key signs, and when it is published.
//!
//! A key is published an hour before it signs, because services ask for the keys every few minutes, and stays so for an
//! hour after the next one has taken over, because what it signed is good for minutes more. All of this follows from the
//! times from which the keys sign, so that replicas agree without asking each other.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;

use super::signing::{ACCESS_TOKEN_SECONDS, SigningKey};

/// How long a key is published before it signs.
pub(super) const LEAD: SignedDuration = SignedDuration::from_hours(1);
/// How long a key is published after it has ceased to sign.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
// Some minutes are left for clocks that differ, and for a replica that has not looked at the keys for a while.
const _: () = assert!(ACCESS_TOKEN_SECONDS + 600 <= GRACE.as_secs().unsigned_abs());

/// The keys of one algorithm.
pub(crate) struct KeySet {
    /// In the order in which they sign; never empty.
    keys: Vec<SigningKey>,
}

impl KeySet {
    /// `None` when there is no key.
    pub(super) fn new(keys: Vec<SigningKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The key that signs at `now`. When a clock is so far behind that none does yet, it is the first.
    pub(super) fn signer(&self, now: Timestamp) -> Option<&SigningKey> {
        self.keys.iter().rev().find(|key| key.signs_from <= now).or_else(|| self.keys.first())
    }

    /// The public halves that are good at `now`.
    pub(super) fn published(&self, now: Timestamp) -> impl Iterator<Item = Jwk> {
        let good = self.keys.iter().zip(self.ends()).filter(move |(_, end)| end.is_none_or(|end| now < end));
        good.map(|(key, _)| key.public.clone())
    }

    /// The ids of those that are good no more.
    pub(super) fn ended(&self, now: Timestamp) -> Vec<&str> {
        let ended = self.keys.iter().zip(self.ends()).filter(|(_, end)| end.is_some_and(|end| end <= now));
        ended.map(|(key, _)| key.id.as_str()).collect()
    }

    /// From when on the next key is to sign, if it is time to make it. Each signs for `period`.
    pub(super) fn next(&self, now: Timestamp, period: SignedDuration) -> Option<Timestamp> {
        let last = self.keys.last()?;
        let turn = last.signs_from + period;
        (turn <= now + LEAD).then(|| turn.max(now + LEAD))
    }

    /// When each is good no more: some time after the next has taken over.
    fn ends(&self) -> impl Iterator<Item = Option<Timestamp>> {
        self.keys.iter().skip(1).map(|next| Some(next.signs_from + GRACE)).chain([None])
    }
}

#[cfg(test)]
mod tests {
    use super::{super::SigningAlgorithm, *};

    const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

    fn minutes(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    /// Keys that sign from these minutes on.
    fn keys(from: &[i64]) -> KeySet {
        let algorithm = SigningAlgorithm::EdDsa;
        let key = |from: &i64| {
            SigningKey::read(&SigningKey::generate(algorithm).unwrap(), algorithm, minutes(*from)).unwrap()
        };
        KeySet::new(from.iter().map(key).collect()).unwrap()
    }

    fn signer(keys: &KeySet, now: i64) -> usize {
        let id = &keys.signer(minutes(now)).unwrap().id;
        keys.keys.iter().position(|key| key.id == *id).unwrap()
    }

    #[test]
    fn the_latest_whose_turn_has_come_signs() {
        let keys = keys(&[0, 100, 200]);
        assert_eq!([-5, 0, 99, 100, 199, 200, 9_999].map(|now| signer(&keys, now)), [0, 0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn a_key_is_published_before_its_turn_and_an_hour_after_it() {
        let keys = keys(&[0, 100]);
        let published = |now| keys.published(minutes(now)).count();
        assert_eq!([0, 50, 100, 159, 160].map(published), [2, 2, 2, 2, 1]);
        assert!(keys.ended(minutes(159)).is_empty());
        assert_eq!(keys.ended(minutes(160)), [keys.keys[0].id.as_str()]);
    }

    #[test]
    fn the_next_is_made_an_hour_before_its_turn_and_never_signs_sooner() {
        let (keys, month) = (keys(&[0]), 30 * 24 * 60);
        assert_eq!(keys.next(minutes(month - 61), MONTH), None);
        assert_eq!(keys.next(minutes(month - 60), MONTH), Some(minutes(month)));
        assert_eq!(keys.next(minutes(month + 500), MONTH), Some(minutes(month + 560)));
    }
}
