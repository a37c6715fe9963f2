//! Which metrics a credential is good for.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::{MetricName, Rejection, TextError, text};

/// How the names of metrics begin that a credential is good for. The empty one is how all names begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct MetricPrefix(String);

/// Why a text is no beginning of a metric's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metric prefix {0}")]
pub struct MetricPrefixError(#[from] TextError);

impl Rejection for MetricPrefixError {
    fn code(&self) -> &'static str {
        "metric_prefix_invalid"
    }
}

impl MetricPrefix {
    /// Whether it leaves no metric out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the metric called `name` is one of those.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        name.starts_with(&self.0)
    }

    /// The beginning.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MetricPrefix {
    type Err = MetricPrefixError;

    /// Whatever a name can begin with; nothing at all means every metric.
    fn from_str(prefix: &str) -> Result<Self, MetricPrefixError> {
        if !prefix.is_empty() {
            text::check(prefix, MetricName::MAX_BYTES)?;
        }
        Ok(Self(prefix.to_owned()))
    }
}
