//! Which quantile of values is asked for.

use crate::Rejection;

/// A quantile, from 0, the least value, over 0.5, the median, to 1, the greatest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile(f64);

/// A number that is no quantile.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is no quantile; expected a number from 0 to 1, such as 0.95")]
pub struct QuantileError(f64);

impl Rejection for QuantileError {
    fn code(&self) -> &'static str {
        "quantile_invalid"
    }
}

impl Quantile {
    /// The number.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Quantile {
    type Error = QuantileError;

    fn try_from(number: f64) -> Result<Self, QuantileError> {
        if (0.0..=1.0).contains(&number) { Ok(Self(number)) } else { Err(QuantileError(number)) }
    }
}
