//! Making points out of samples.

use tallykeep_domain::{Aggregation, Instant, Sample};

/// One point: the start of a step, and the value of what lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When the step starts.
    pub start: Instant,
    /// The aggregate.
    pub value: f64,
}

/// The aggregate of each step that holds a sample. `edges` are the starts of the steps and the end of the last, in
/// order; samples outside of them do not count.
///
/// `samples` come in any order; of several with the latest time in a step, the last given is the one that
/// [`Aggregation::Last`] takes.
#[must_use]
pub fn aggregate(
    samples: impl IntoIterator<Item = Sample>,
    edges: &[Instant],
    aggregation: Aggregation,
) -> Vec<Point> {
    let mut samples: Vec<Sample> = samples.into_iter().collect();
    // Stable: samples of the same time stay in the order in which they were given.
    samples.sort_by_key(|sample| sample.at);
    let mut rest = samples.as_slice();
    let mut points = Vec::new();
    // From sample to sample and not from step to step: a few samples in many steps cost what the few cost.
    while let Some(first) = rest.first() {
        let end = edges.partition_point(|edge| *edge <= first.at);
        let Some(&edge) = edges.get(end) else { break };
        let (within, later) = rest.split_at(rest.partition_point(|sample| sample.at < edge));
        if end > 0 {
            points.push(Point { start: edges[end - 1], value: combine(within, aggregation) });
        }
        rest = later;
    }
    points
}

/// `samples` are in the order of time, and there is at least one.
fn combine(samples: &[Sample], aggregation: Aggregation) -> f64 {
    let values = samples.iter().map(|sample| sample.value);
    #[expect(clippy::cast_precision_loss, reason = "a count of samples in memory is far below 2^53")]
    let count = samples.len() as f64;
    match aggregation {
        Aggregation::Avg => average(values, count),
        Aggregation::Min => values.fold(f64::INFINITY, f64::min),
        Aggregation::Max => values.fold(f64::NEG_INFINITY, f64::max),
        Aggregation::Sum => sum(values),
        Aggregation::Count => count,
        Aggregation::Last => samples.last().map_or(f64::NAN, |last| last.value),
    }
}

/// Divides first where the sum would overflow.
fn average(values: impl Iterator<Item = f64> + Clone, count: f64) -> f64 {
    let total = sum(values.clone());
    if total.abs() < f64::MAX { total / count } else { sum(values.map(|value| value / count)) }
}

/// Keeps what each addition loses (Neumaier 1974): a year of samples is added up in one go. A sum that no float can
/// hold is the greatest that one can, because JSON has no infinity.
pub(crate) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    let total = if sum.is_finite() { sum + lost } else { sum };
    total.clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(milliseconds: i64) -> Instant {
        Instant::from_millis(milliseconds).unwrap()
    }

    fn points(samples: &[(i64, f64)], aggregation: Aggregation) -> Vec<(i64, f64)> {
        let edges = [0, 10, 20, 30].map(instant);
        let samples = samples.iter().map(|&(at, value)| Sample { at: instant(at), value });
        aggregate(samples, &edges, aggregation)
            .iter()
            .map(|point| (point.start.as_millis(), point.value))
            .collect()
    }

    #[test]
    fn each_aggregation_makes_its_point_of_a_step() {
        let samples = [(3, 4.0), (1, 1.0), (9, 10.0)];
        for (aggregation, expected) in [
            (Aggregation::Avg, 5.0),
            (Aggregation::Min, 1.0),
            (Aggregation::Max, 10.0),
            (Aggregation::Sum, 15.0),
            (Aggregation::Count, 3.0),
            (Aggregation::Last, 10.0),
        ] {
            assert_eq!(points(&samples, aggregation), [(0, expected)], "{aggregation}");
        }
    }

    #[test]
    fn an_edge_belongs_to_the_step_that_it_starts() {
        assert_eq!(
            points(&[(9, 1.0), (10, 2.0), (29, 3.0)], Aggregation::Sum),
            [(0, 1.0), (10, 2.0), (20, 3.0)]
        );
    }

    #[test]
    fn samples_outside_of_the_steps_do_not_count() {
        assert_eq!(points(&[(-1, 1.0), (30, 1.0)], Aggregation::Count), []);
    }

    #[test]
    fn a_sum_keeps_what_plain_addition_would_lose() {
        assert_eq!(points(&[(1, 1e16), (2, 1.0), (3, 1.0), (4, -1e16)], Aggregation::Sum), [(0, 2.0)]);
    }

    #[test]
    fn every_point_is_finite_however_large_its_samples() {
        let samples = [(1, f64::MAX), (2, f64::MAX), (11, f64::MIN), (12, f64::MIN)];
        assert_eq!(points(&samples, Aggregation::Sum), [(0, f64::MAX), (10, f64::MIN)]);
        let average = points(&samples, Aggregation::Avg);
        assert!(average.iter().all(|(_, value)| (value.abs() / f64::MAX - 1.0).abs() < 1e-12), "{average:?}");
    }

    #[test]
    fn of_the_latest_samples_of_one_time_the_last_given_counts() {
        assert_eq!(points(&[(5, 1.0), (5, 2.0), (4, 3.0)], Aggregation::Last), [(0, 2.0)]);
    }
}
