//! The points of groups of series.

use std::collections::BTreeMap;

use tallykeep_domain::{Instant, Sample};

use super::{
    accumulator::Accumulator,
    steps::{SeriesPoints, Steps},
};
use crate::{
    ReadError,
    scan::{Fold, Part},
};

/// One point: the start of a step, and the value of what lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When the step starts.
    pub start: Instant,
    /// The aggregate.
    pub value: f64,
}

/// Groups of series by a key, and what is kept of each in each step that holds a sample.
#[derive(Debug)]
pub struct Groups<'a, K> {
    steps: &'a Steps,
    /// The steps of each in their order.
    groups: BTreeMap<K, Vec<(usize, Accumulator)>>,
    most_points: usize,
    points: usize,
}

impl<'a, K: Ord> Groups<'a, K> {
    /// No group yet. At most `most_points` points are made, over all groups.
    #[must_use]
    pub fn new(steps: &'a Steps, most_points: usize) -> Self {
        Self { steps, groups: BTreeMap::new(), most_points, points: 0 }
    }

    /// Adds a series to the group of `key`.
    ///
    /// # Errors
    /// When there are too many points.
    pub fn add(&mut self, key: K, series: SeriesPoints) -> Result<(), ReadError> {
        if series.steps.is_empty() {
            return Ok(());
        }
        let group = self.groups.entry(key).or_default();
        self.points -= group.len();
        *group = merge(std::mem::take(group), series.steps);
        self.points += group.len();
        if self.points > self.most_points { Err(ReadError::TooManyPoints(self.most_points)) } else { Ok(()) }
    }

    /// Adds samples that do not lie in the store, in the order of time, as one more series of the group of `key`.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add_samples(&mut self, key: K, samples: &[Sample]) -> Result<(), ReadError> {
        let (times, values): (Vec<_>, Vec<_>) =
            samples.iter().map(|sample| (sample.at.as_millis(), sample.value)).unzip();
        let mut series = SeriesPoints::default();
        self.steps.add(&mut series, Part::Samples { times: &times, values: &values })?;
        self.add(key, series)
    }

    /// The points of each group that has any, by key and in the order of time.
    pub fn into_points(self) -> impl Iterator<Item = (K, Vec<Point>)> {
        let steps = self.steps;
        self.groups.into_iter().map(move |(key, kept)| {
            let points = kept.into_iter().filter_map(|(step, kept)| point(steps, step, kept));
            (key, points.collect())
        })
    }
}

/// Steps of both, those that both have added up. Each comes in order.
fn merge(kept: Vec<(usize, Accumulator)>, more: Vec<(usize, Accumulator)>) -> Vec<(usize, Accumulator)> {
    if kept.is_empty() {
        return more;
    }
    let mut merged = Vec::with_capacity(kept.len().max(more.len()));
    let (mut kept, mut more) = (kept.into_iter().peekable(), more.into_iter().peekable());
    while let (Some((one, _)), Some((other, _))) = (kept.peek(), more.peek()) {
        let (one, other) = (*one, *other);
        let first = kept.next_if(|_| one <= other);
        let second = more.next_if(|_| other <= one);
        merged.extend(match (first, second) {
            (Some((step, mut kept)), Some((_, more))) => {
                kept.add_series(more);
                Some((step, kept))
            }
            (first, second) => first.or(second),
        });
    }
    merged.extend(kept);
    merged.extend(more);
    merged
}

fn point(steps: &Steps, step: usize, kept: Accumulator) -> Option<Point> {
    let (start, length) = steps.step(step)?;
    #[expect(clippy::cast_precision_loss, reason = "three centuries are far fewer milliseconds than 2^53")]
    let seconds = length as f64 / 1_000.0;
    let value = kept.point(steps.method(), seconds)?;
    Some(Point { start: Instant::from_millis(start).ok()?, value })
}
