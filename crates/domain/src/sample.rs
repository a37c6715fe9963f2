//! One measured value at one instant.

use crate::{Instant, InstantError, Rejection};

/// A value at an instant. Finite: a value that is no number has nothing to say in a sum or an average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Instant,
    /// How much, in the unit of its metric.
    pub value: f64,
}

/// Why a sample was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// NaN or an infinity.
    #[error("the value {0} is not finite")]
    NotFinite(f64),
    /// Its time.
    #[error(transparent)]
    Instant(#[from] InstantError),
}

impl Rejection for SampleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFinite(_) => "value_not_finite",
            Self::Instant(error) => error.code(),
        }
    }
}

impl Sample {
    /// The sample of `value` at `milliseconds` after the Unix epoch.
    ///
    /// # Errors
    /// When the value is not finite or the time is out of range.
    pub fn new(milliseconds: i64, value: f64) -> Result<Self, SampleError> {
        if !value.is_finite() {
            return Err(SampleError::NotFinite(value));
        }
        Ok(Self { at: Instant::from_millis(milliseconds)?, value })
    }
}
