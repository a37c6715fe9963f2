//! The unit that the timestamps of a request count in.

use std::str::FromStr;

use tallykeep_domain::{Instant, Rejection};

/// A unit of timestamps; nanoseconds where a request names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// 10⁻⁹ s.
    #[default]
    Nanoseconds,
    /// 10⁻⁶ s.
    Microseconds,
    /// 10⁻³ s.
    Milliseconds,
    /// 1 s.
    Seconds,
    /// 60 s.
    Minutes,
    /// 3,600 s.
    Hours,
}

/// A word that names no precision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no precision; expected ns, us, ms, s, m or h")]
pub struct UnknownPrecision(String);

impl Rejection for UnknownPrecision {
    fn code(&self) -> &'static str {
        "precision_unknown"
    }
}

impl Precision {
    /// The instant `timestamp` units after the Unix epoch; parts of a millisecond are cut off, towards the past.
    pub(super) fn instant(self, timestamp: i64) -> Option<Instant> {
        let milliseconds = match self {
            Self::Nanoseconds => timestamp.div_euclid(1_000_000),
            Self::Microseconds => timestamp.div_euclid(1_000),
            Self::Milliseconds => timestamp,
            Self::Seconds => timestamp.checked_mul(1_000)?,
            Self::Minutes => timestamp.checked_mul(60_000)?,
            Self::Hours => timestamp.checked_mul(3_600_000)?,
        };
        Instant::from_millis(milliseconds).ok()
    }
}

impl FromStr for Precision {
    type Err = UnknownPrecision;

    /// The names of the write paths of both InfluxDB 1 and 2.
    fn from_str(word: &str) -> Result<Self, UnknownPrecision> {
        match word {
            "n" | "ns" => Ok(Self::Nanoseconds),
            "u" | "µ" | "us" => Ok(Self::Microseconds),
            "ms" => Ok(Self::Milliseconds),
            "s" => Ok(Self::Seconds),
            "m" => Ok(Self::Minutes),
            "h" => Ok(Self::Hours),
            _ => Err(UnknownPrecision(word.chars().take(64).collect())),
        }
    }
}
