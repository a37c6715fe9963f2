//! What is kept of the samples of one step, until its point is made.

use tallykeep_domain::{Aggregation, Quantile};

use super::{quantile::quantile, sum::Sum};
use crate::piece::{Piece, increase};

/// How the samples of a step become its point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// As a metric may have it by itself.
    By(Aggregation),
    /// By a quantile, exact over the samples.
    Quantile(Quantile),
}

/// What a method needs of the samples of a step, and no more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Accumulator {
    Count(u64),
    Sum { sum: Sum, count: u64 },
    Min(f64),
    Max(f64),
    Last { at: i64, value: f64 },
    Increase(Sum),
    Values(Vec<f64>),
}

impl Accumulator {
    /// Of no sample.
    pub(crate) fn new(method: Method) -> Self {
        match method {
            Method::By(Aggregation::Avg | Aggregation::Sum) => Self::Sum { sum: Sum::default(), count: 0 },
            Method::By(Aggregation::Min) => Self::Min(f64::INFINITY),
            Method::By(Aggregation::Max) => Self::Max(f64::NEG_INFINITY),
            Method::By(Aggregation::Count) => Self::Count(0),
            Method::By(Aggregation::Last) => Self::Last { at: i64::MIN, value: f64::NAN },
            Method::By(Aggregation::Increase | Aggregation::Rate) => Self::Increase(Sum::default()),
            Method::Quantile(_) => Self::Values(Vec::new()),
        }
    }

    /// Adds samples of one series, at least one, in the order of time. `previous` is the value before them.
    pub(crate) fn add(&mut self, times: &[i64], values: &[f64], previous: Option<f64>) {
        match self {
            Self::Count(count) => *count += length(values),
            Self::Sum { sum, count } => {
                sum.add_all(values);
                *count += length(values);
            }
            Self::Min(min) => *min = values.iter().copied().fold(*min, f64::min),
            Self::Max(max) => *max = values.iter().copied().fold(*max, f64::max),
            Self::Last { at, value } => {
                if let (Some(&time), Some(&last)) = (times.last(), values.last()) {
                    (*at, *value) = (time, last);
                }
            }
            Self::Increase(sum) => {
                if let (Some(previous), Some(&first)) = (previous, values.first()) {
                    sum.add(increase(previous, first));
                }
                sum.add_increases(values);
            }
            Self::Values(all) => all.extend_from_slice(values),
        }
    }

    /// Adds a piece that stands for samples of one series. `previous` is the value before them.
    pub(crate) fn add_piece(&mut self, piece: &Piece, previous: Option<f64>) {
        let samples = u64::try_from(piece.count).unwrap_or_default();
        match self {
            Self::Count(count) => *count += samples,
            Self::Sum { sum, count } => {
                sum.add(piece.sum);
                *count += samples;
            }
            Self::Min(min) => *min = min.min(piece.min),
            Self::Max(max) => *max = max.max(piece.max),
            Self::Last { at, value } => (*at, *value) = (piece.start, piece.last),
            Self::Increase(sum) => {
                if let Some(previous) = previous {
                    sum.add(increase(previous, piece.first));
                }
                sum.add(piece.increase);
            }
            Self::Values(_) => {}
        }
    }

    /// Adds what the same method kept of another series. Of values of one time, the later series' is the last.
    pub(crate) fn add_series(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(count), Self::Count(more)) => *count += more,
            (Self::Sum { sum, count }, Self::Sum { sum: other, count: more }) => {
                sum.add_sum(&other);
                *count += more;
            }
            (Self::Min(min), Self::Min(other)) => *min = min.min(other),
            (Self::Max(max), Self::Max(other)) => *max = max.max(other),
            (Self::Last { at, value }, Self::Last { at: time, value: last }) => {
                if time >= *at {
                    (*at, *value) = (time, last);
                }
            }
            (Self::Increase(sum), Self::Increase(other)) => sum.add_sum(&other),
            (Self::Values(all), Self::Values(mut more)) => all.append(&mut more),
            // One question has one method.
            (_, _) => {}
        }
    }

    /// The point; none where nothing was kept. `seconds` is how long its step is.
    pub(crate) fn point(self, method: Method, seconds: f64) -> Option<f64> {
        match (self, method) {
            (Self::Count(count), _) => Some(float(count)),
            (Self::Sum { sum, count }, Method::By(Aggregation::Avg)) => Some(sum.divided_by(float(count))),
            (Self::Sum { sum, .. }, _) => Some(sum.total()),
            (Self::Min(value) | Self::Max(value) | Self::Last { value, .. }, _) => Some(value),
            (Self::Increase(sum), Method::By(Aggregation::Rate)) => Some(sum.divided_by(seconds)),
            (Self::Increase(sum), _) => Some(sum.total()),
            (Self::Values(mut values), Method::Quantile(which)) => quantile(&mut values, which),
            (Self::Values(_), Method::By(_)) => None,
        }
    }
}

fn length(values: &[f64]) -> u64 {
    u64::try_from(values.len()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "no store holds 2^53 samples")]
fn float(count: u64) -> f64 {
    count as f64
}
