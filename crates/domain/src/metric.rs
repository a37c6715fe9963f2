//! What a metric is: its name, its kind, and how its samples are combined unless a query says otherwise.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::{Bounds, Rejection, TextError, text, words::words};

/// The name that devices and queries use for a metric: 1 to 200 bytes of UTF-8 without control characters.
///
/// As wide as Prometheus 3's UTF-8 names, because Home Assistant writes measurements such as `°C` and `%`. A name
/// is the identity of the metric towards devices and never changes; the title does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MetricName(String);

/// Why a text is no metric name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metric name {0}")]
pub struct MetricNameError(#[from] TextError);

impl Rejection for MetricNameError {
    fn code(&self) -> &'static str {
        "metric_name_invalid"
    }
}

impl MetricName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 200;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MetricName {
    type Error = MetricNameError;

    fn try_from(name: String) -> Result<Self, MetricNameError> {
        text::check(&name, Self::MAX_BYTES)?;
        Ok(Self(name))
    }
}

impl FromStr for MetricName {
    type Err = MetricNameError;

    fn from_str(name: &str) -> Result<Self, MetricNameError> {
        name.to_owned().try_into()
    }
}

words! {
    /// What a metric's numbers mean, and so how they may be combined.
    MetricKind ("metric kind") {
        /// A measured level: temperature, weight, load.
        Gauge = "gauge",
        /// A running total that only grows, but for resets. Never summed.
        Counter = "counter",
        /// A change since the sample before: steps walked, pages read. Summed.
        Delta = "delta",
        /// A judgement on a bounded scale, given by a person: mood 0 to 10.
        Scale = "scale",
        /// Yes (1) or no (0); its average is a share.
        Boolean = "boolean",
        /// A span of time in seconds. Summed.
        Duration = "duration",
    }
}

words! {
    /// How the samples of a step become one point.
    Aggregation ("aggregation") {
        /// Arithmetic mean.
        Avg = "avg",
        /// Least value.
        Min = "min",
        /// Greatest value.
        Max = "max",
        /// Sum of values.
        Sum = "sum",
        /// How many samples.
        Count = "count",
        /// The value of the latest sample.
        Last = "last",
        /// By how much a running total grew. One that fell was set back to zero before.
        Increase = "increase",
        /// The increase per second.
        Rate = "rate",
    }
}

impl MetricKind {
    /// The aggregation that suits the kind when nobody chose one.
    #[must_use]
    pub const fn default_aggregation(self) -> Aggregation {
        match self {
            Self::Gauge | Self::Scale | Self::Boolean => Aggregation::Avg,
            Self::Counter => Aggregation::Increase,
            Self::Delta | Self::Duration => Aggregation::Sum,
        }
    }

    /// Refuses an aggregation that means nothing for the kind.
    ///
    /// # Errors
    /// When a running total is to be summed, or the growth of one is asked for where there is none.
    pub const fn check(self, aggregation: Aggregation) -> Result<(), UnsuitableAggregation> {
        match (self, aggregation) {
            (Self::Counter, Aggregation::Sum) => Err(UnsuitableAggregation::SumOfTotals),
            (Self::Counter, _) => Ok(()),
            (_, Aggregation::Increase | Aggregation::Rate) => {
                Err(UnsuitableAggregation::NoCounter { kind: self, aggregation })
            }
            _ => Ok(()),
        }
    }

    /// The bounds that suit the kind when nobody chose any.
    #[must_use]
    pub const fn default_bounds(self) -> Bounds {
        match self {
            Self::Scale => Bounds::TEN,
            Self::Boolean => Bounds::YES_OR_NO,
            Self::Gauge | Self::Counter | Self::Delta | Self::Duration => Bounds::NONE,
        }
    }
}

/// An aggregation that means nothing for a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsuitableAggregation {
    /// The sum of a counter.
    #[error("a counter is a running total; a sum of totals means nothing")]
    SumOfTotals,
    /// The growth of something that is no running total.
    #[error("{aggregation} is for counters, and this is a {kind}")]
    NoCounter {
        /// What it is.
        kind: MetricKind,
        /// What was asked for.
        aggregation: Aggregation,
    },
}

impl Rejection for UnsuitableAggregation {
    fn code(&self) -> &'static str {
        "aggregation_unsuitable"
    }
}

macro_rules! short_text {
    ($(#[$doc:meta])* $name:ident, $error:ident, $what:literal, $code:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        #[doc = concat!("Why a text is no ", $what, ".")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("the {what} {0}", what = $what)]
        pub struct $error(#[from] TextError);

        impl Rejection for $error {
            fn code(&self) -> &'static str {
                $code
            }
        }

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text::check(&text, $most)?;
                Ok(Self(text))
            }
        }
    };
}

short_text!(
    /// What people call a metric: 1 to 200 bytes.
    MetricTitle, MetricTitleError, "title", "title_invalid", 200
);
short_text!(
    /// The unit of a metric's values, as people write it: 1 to 50 bytes.
    Unit, UnitError, "unit", "unit_invalid", 50
);
