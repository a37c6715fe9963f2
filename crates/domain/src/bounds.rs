//! Which values a person may enter for a metric.

use crate::Rejection;

/// The least and the greatest value that a person may enter; either may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    minimum: Option<f64>,
    maximum: Option<f64>,
}

/// What is wrong with bounds, or with a value beside them.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BoundsError {
    /// The minimum is not below the maximum, or one of them is not finite.
    #[error("the minimum must be below the maximum, and both finite")]
    Reversed,
    /// A value beyond them.
    #[error("the value {value} is not within {minimum} to {maximum}")]
    Outside {
        /// The value.
        value: f64,
        /// The least allowed.
        minimum: f64,
        /// The greatest allowed.
        maximum: f64,
    },
}

impl Rejection for BoundsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Reversed => "bounds_invalid",
            Self::Outside { .. } => "value_out_of_bounds",
        }
    }
}

impl Bounds {
    /// Every finite value.
    pub const NONE: Self = Self { minimum: None, maximum: None };
    /// 0 to 10.
    pub const TEN: Self = Self { minimum: Some(0.0), maximum: Some(10.0) };
    /// 0 to 1.
    pub const YES_OR_NO: Self = Self { minimum: Some(0.0), maximum: Some(1.0) };

    /// Bounds with those ends.
    ///
    /// # Errors
    /// When nothing would lie between them.
    pub fn new(minimum: Option<f64>, maximum: Option<f64>) -> Result<Self, BoundsError> {
        let bounds = Self { minimum, maximum };
        let (low, high) = bounds.ends();
        let finite = [minimum, maximum].into_iter().flatten().all(f64::is_finite);
        if finite && low < high { Ok(bounds) } else { Err(BoundsError::Reversed) }
    }

    /// The least value allowed.
    #[must_use]
    pub const fn minimum(self) -> Option<f64> {
        self.minimum
    }

    /// The greatest value allowed.
    #[must_use]
    pub const fn maximum(self) -> Option<f64> {
        self.maximum
    }

    /// Holds `value` to the bounds.
    ///
    /// # Errors
    /// When it lies outside, or is no number.
    pub fn check(self, value: f64) -> Result<(), BoundsError> {
        let (minimum, maximum) = self.ends();
        if value.is_finite() && (minimum..=maximum).contains(&value) {
            Ok(())
        } else {
            Err(BoundsError::Outside { value, minimum, maximum })
        }
    }

    fn ends(self) -> (f64, f64) {
        (self.minimum.unwrap_or(f64::NEG_INFINITY), self.maximum.unwrap_or(f64::INFINITY))
    }
}
