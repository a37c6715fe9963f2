//! What is sent: series of two kinds, and at random new samples, overwriting ones and deletions.

use std::{collections::BTreeMap, ops::Range};

use fastrand::Rng;

/// 2026-01-01T00:00:00Z.
pub(crate) const BEGIN: i64 = 1_767_225_600_000;
const SECOND: i64 = 1_000;
/// In milliseconds.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// How often a series has a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Each ten seconds, for as long as fills several chunks.
    Dense,
    /// Each day, for a year.
    Sparse,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Dense, Self::Sparse];

    /// The name of its metric.
    pub(crate) fn metric(self) -> &'static str {
        match self {
            Self::Dense => "load",
            Self::Sparse => "weight",
        }
    }

    /// From one sample to the next, in milliseconds.
    fn interval(self) -> i64 {
        match self {
            Self::Dense => 10 * SECOND,
            Self::Sparse => DAY,
        }
    }

    /// How many times there are. Past the last it begins again, and overwrites.
    fn times(self) -> i64 {
        match self {
            Self::Dense => 30_000,
            Self::Sparse => 365,
        }
    }

    /// The most samples of one request.
    fn most_at_once(self) -> i64 {
        match self {
            Self::Dense => 500,
            Self::Sparse => 20,
        }
    }

    /// All of its times, in whole days.
    pub(crate) fn range(self) -> Range<i64> {
        let days = (self.interval() * self.times() + DAY - 1) / DAY;
        BEGIN..BEGIN + days * DAY
    }

    /// The sample times from place `start` on.
    fn time(self, place: i64) -> i64 {
        BEGIN + place.rem_euclid(self.times()) * self.interval()
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operation {
    /// Writes samples; of two with one time the later counts.
    Write {
        /// As JSON, and not as line protocol.
        json: bool,
        /// Times and values in their order.
        samples: Vec<(i64, f64)>,
    },
    /// Deletes a range.
    Delete(Range<i64>),
}

/// The requests for one series, one after the other.
#[derive(Debug)]
pub(crate) struct Workload {
    kind: Kind,
    /// The place behind the newest sample.
    next: i64,
    /// Values count up, from a start and in steps that no other series has: each was sent once.
    value: f64,
    step: f64,
}

impl Workload {
    /// For the series `number` of `count`.
    pub(crate) fn new(kind: Kind, number: usize, count: usize) -> Self {
        Self { kind, next: 0, value: number as f64, step: count as f64 }
    }

    /// The next request.
    pub(crate) fn next(&mut self, rng: &mut Rng) -> Operation {
        match rng.u8(0..10) {
            0 if self.next > 0 => Operation::Delete(self.some_range(rng)),
            1 | 2 if self.next > 0 => {
                let start = rng.i64(0..self.next);
                self.write(rng, start)
            }
            _ => {
                let operation = self.write(rng, self.next);
                if let Operation::Write { samples, .. } = &operation {
                    self.next += i64::try_from(samples.len()).unwrap_or_default();
                }
                operation
            }
        }
    }

    fn write(&mut self, rng: &mut Rng, start: i64) -> Operation {
        let count = rng.i64(1..=self.kind.most_at_once());
        let mut samples: Vec<_> = (start..start + count).map(|place| (place, self.new_value())).collect();
        // A device that is not sure sends some twice.
        if rng.u8(0..4) == 0 {
            samples.push((start, self.new_value()));
        }
        if rng.bool() {
            rng.shuffle(&mut samples);
        }
        let samples = samples.into_iter().map(|(place, value)| (self.kind.time(place), value)).collect();
        Operation::Write { json: rng.bool(), samples }
    }

    fn some_range(&self, rng: &mut Rng) -> Range<i64> {
        let start = rng.i64(0..self.next.min(self.kind.times()));
        let start = self.kind.time(start);
        start..start + rng.i64(1..=self.kind.most_at_once()) * self.kind.interval()
    }

    /// Whole, so that sums are exact.
    fn new_value(&mut self) -> f64 {
        self.value += self.step;
        self.value
    }
}

/// The samples as they count: the last of each time.
pub(crate) fn last_of_each(samples: &[(i64, f64)]) -> BTreeMap<i64, f64> {
    samples.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_sends_the_same() {
        let some = |seed| {
            let (mut rng, mut workload) = (Rng::with_seed(seed), Workload::new(Kind::Dense, 1, 4));
            (0..100).map(|_| workload.next(&mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
        assert!(some(7).iter().any(|operation| matches!(operation, Operation::Delete(_))));
    }

    #[test]
    fn everything_is_sent_within_the_range_that_is_read_back() {
        for kind in Kind::ALL {
            let (mut rng, mut workload) = (Rng::with_seed(1), Workload::new(kind, 0, 1));
            for _ in 0..1_000 {
                if let Operation::Write { samples, .. } = workload.next(&mut rng) {
                    assert!(samples.iter().all(|(time, _)| kind.range().contains(time)));
                }
            }
        }
    }
}
