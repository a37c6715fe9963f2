//! What a series may hold: the samples that were acknowledged, and those whose fate nobody knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Answered 2xx: it counts.
    Done,
    /// Answered that nothing was done.
    Refused,
    /// Not answered, or answered that it failed, as a commit does whose answer was lost: it may count or not.
    Unknown,
}

/// One series as it may be. Times are Unix milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// What was acknowledged last.
    kept: BTreeMap<i64, f64>,
    /// What may have come after that: a value, or none after a deletion.
    unknown: BTreeMap<i64, Vec<Option<f64>>>,
}

/// A time at which a series holds what it must not.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    time: i64,
    found: Option<f64>,
    kept: Option<f64>,
    unknown: Vec<Option<f64>>,
}

impl Model {
    /// Takes in a request that wrote `samples`, of which the last of each time counts.
    pub(crate) fn write(&mut self, samples: &BTreeMap<i64, f64>, outcome: Outcome) {
        for (&time, &value) in samples {
            match outcome {
                Outcome::Done => {
                    self.kept.insert(time, value);
                    self.unknown.remove(&time);
                }
                Outcome::Refused => {}
                Outcome::Unknown => self.unknown.entry(time).or_default().push(Some(value)),
            }
        }
    }

    /// Takes in a request that deleted `range`.
    pub(crate) fn delete(&mut self, range: &Range<i64>, outcome: Outcome) {
        match outcome {
            Outcome::Done => {
                self.kept.retain(|time, _| !range.contains(time));
                self.unknown.retain(|time, _| !range.contains(time));
            }
            Outcome::Refused => {}
            Outcome::Unknown => {
                for time in self.times().into_iter().filter(|time| range.contains(time)) {
                    self.unknown.entry(time).or_default().push(None);
                }
            }
        }
    }

    /// Compares with what was found, and goes on from there: what was seen once must not change by itself.
    ///
    /// # Errors
    /// The earliest difference.
    pub(crate) fn settle(&mut self, found: BTreeMap<i64, f64>) -> Result<(), Difference> {
        let mut times = self.times();
        times.extend(found.keys());
        for time in times {
            let (found, kept) = (found.get(&time).copied(), self.kept.get(&time).copied());
            let unknown = self.unknown.get(&time).map_or(&[][..], Vec::as_slice);
            if found != kept && !unknown.contains(&found) {
                return Err(Difference { time, found, kept, unknown: unknown.to_vec() });
            }
        }
        self.kept = found;
        self.unknown.clear();
        Ok(())
    }

    /// What it holds, once it is settled.
    pub(crate) fn kept(&self) -> &BTreeMap<i64, f64> {
        &self.kept
    }

    /// At how many times nobody knows what it holds.
    pub(crate) fn unknown(&self) -> usize {
        self.unknown.len()
    }

    fn times(&self) -> BTreeSet<i64> {
        self.kept.keys().chain(self.unknown.keys()).copied().collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say = |value: Option<f64>| value.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        let (found, kept) = (say(self.found), say(self.kept));
        write!(f, "at {} found {found}; acknowledged was {kept}", self.time)?;
        let unknown: Vec<_> = self.unknown.iter().copied().map(say).collect();
        if unknown.is_empty() { Ok(()) } else { write!(f, "; unknown {}", unknown.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(of: &[(i64, f64)]) -> BTreeMap<i64, f64> {
        of.iter().copied().collect()
    }

    fn series() -> Model {
        let mut model = Model::default();
        model.write(&samples(&[(1, 10.0), (2, 20.0)]), Outcome::Done);
        model
    }

    #[test]
    fn an_acknowledged_sample_has_to_be_there() {
        assert!(series().settle(samples(&[(1, 10.0), (2, 20.0)])).is_ok());
        let lost = series().settle(samples(&[(1, 10.0)])).unwrap_err();
        assert_eq!(lost.to_string(), "at 2 found nothing; acknowledged was 20");
        let other = series().settle(samples(&[(1, 11.0)])).unwrap_err();
        assert_eq!(other.time, 1, "the earliest is told");
    }

    #[test]
    fn what_nobody_sent_must_not_be_there() {
        let invented = series().settle(samples(&[(1, 10.0), (2, 20.0), (3, 30.0)])).unwrap_err();
        assert_eq!(invented.to_string(), "at 3 found 30; acknowledged was nothing");
    }

    #[test]
    fn what_was_not_answered_may_be_there_until_it_was_looked_at() {
        for found in [[(1, 11.0), (2, 20.0)], [(1, 10.0), (2, 20.0)]] {
            let mut model = series();
            model.write(&samples(&[(1, 11.0)]), Outcome::Unknown);
            assert!(model.settle(samples(&found)).is_ok());
            let other = if found[0].1 == 11.0 { 10.0 } else { 11.0 };
            assert!(
                model.settle(samples(&[(1, other), (2, 20.0)])).is_err(),
                "it must not change afterwards"
            );
        }
    }

    #[test]
    fn an_acknowledged_write_ends_what_was_unknown() {
        let mut model = series();
        model.write(&samples(&[(1, 11.0)]), Outcome::Unknown);
        model.write(&samples(&[(1, 12.0)]), Outcome::Done);
        assert!(model.settle(samples(&[(1, 11.0), (2, 20.0)])).is_err());
        assert!(model.settle(samples(&[(1, 12.0), (2, 20.0)])).is_ok());
    }

    #[test]
    fn a_deletion_takes_away_what_is_in_its_range() {
        let mut model = series();
        model.delete(&(1..2), Outcome::Done);
        assert!(model.settle(samples(&[(1, 10.0), (2, 20.0)])).is_err());
        assert!(model.settle(samples(&[(2, 20.0)])).is_ok());
        model.delete(&(2..3), Outcome::Unknown);
        assert!(model.settle(samples(&[])).is_ok());
    }

    #[test]
    fn what_was_refused_changes_nothing() {
        let mut model = series();
        model.write(&samples(&[(1, 11.0)]), Outcome::Refused);
        model.delete(&(1..3), Outcome::Refused);
        assert!(model.settle(samples(&[(1, 10.0), (2, 20.0)])).is_ok());
    }
}
