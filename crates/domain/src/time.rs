//! Instants and ranges on the time line of samples, and the time zones in which days are counted.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::Serialize;

use crate::Rejection;

/// An instant in Unix milliseconds, from the year 1900 up to the year 2200.
///
/// The bounds are a unit check more than a limit: nanoseconds or microseconds sent as milliseconds, and
/// milliseconds sent as seconds, fall outside for every date of a living person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Why something is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Outside the years that samples may have.
    #[error("the time {0} is outside 1900-01-01 to 2200-01-01; is its unit right?")]
    OutOfRange(String),
    /// Neither of the two forms.
    #[error("{0:?} is no time; expected RFC 3339, such as 2026-11-21T08:00:00Z, or Unix milliseconds")]
    Shape(String),
}

impl Rejection for InstantError {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange(_) => "timestamp_out_of_range",
            Self::Shape(_) => "timestamp_invalid",
        }
    }
}

impl Instant {
    /// 1900-01-01T00:00:00Z.
    pub const MIN: Self = Self(-2_208_988_800_000);
    /// 2200-01-01T00:00:00Z, itself outside.
    pub const END: Self = Self(7_258_118_400_000);

    /// The instant `milliseconds` after the Unix epoch.
    ///
    /// # Errors
    /// When it is out of range.
    pub fn from_millis(milliseconds: i64) -> Result<Self, InstantError> {
        let instant = Self(milliseconds);
        if (Self::MIN..Self::END).contains(&instant) {
            Ok(instant)
        } else {
            Err(InstantError::OutOfRange(milliseconds.to_string()))
        }
    }

    /// The present. A clock outside the range is read as its nearest end.
    #[must_use]
    pub fn now() -> Self {
        Self::clamped(Timestamp::now())
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    pub(crate) fn clamped(timestamp: Timestamp) -> Self {
        Self(whole_millis(timestamp).clamp(Self::MIN.0, Self::END.0))
    }

    /// The first instant of `date` in `zone`, clamped: midnight, or the end of the gap where a change of the clocks
    /// leaves midnight out.
    pub(crate) fn midnight(date: Date, zone: &TimeZone) -> Self {
        let midnight = zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
        let start = match midnight.offset() {
            // Not the usual reading of a time in a gap: it lies behind the start of the day where the gap begins
            // before midnight (Toronto, 1919-03-30, from 23:30 to 00:30).
            AmbiguousOffset::Gap { .. } => midnight
                .earlier()
                .ok()
                .and_then(|before| zone.following(before).next())
                .map(|gap| gap.timestamp()),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => midnight.earlier().ok(),
        };
        // Only the last days that the calendar library knows have no midnight.
        start.map_or(Self::END, Self::clamped)
    }

    pub(crate) fn to_timestamp(self) -> Timestamp {
        // Unix milliseconds of the years 1900 to 2200 always fit; the fallback only spares a panic path.
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        instant.to_timestamp()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_timestamp().fmt(f)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    /// Unix milliseconds, or RFC 3339 with any offset; parts of a millisecond are cut off.
    fn from_str(text: &str) -> Result<Self, InstantError> {
        if let Ok(milliseconds) = text.parse::<i64>() {
            return Self::from_millis(milliseconds);
        }
        if text.len() > 64 {
            return Err(InstantError::Shape(text.chars().take(64).collect()));
        }
        let timestamp: Timestamp = text.parse().map_err(|_| InstantError::Shape(text.to_owned()))?;
        Self::from_millis(whole_millis(timestamp)).map_err(|_| InstantError::OutOfRange(text.to_owned()))
    }
}

/// Rounded down, before 1970 as after it: 23:59:59.9995 belongs to the day that it ends.
fn whole_millis(timestamp: Timestamp) -> i64 {
    timestamp.as_millisecond() - i64::from(timestamp.subsec_nanosecond() % 1_000_000 < 0)
}

/// A half-open range of time: from `start` on, up to but without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    start: Instant,
    end: Instant,
}

/// A range that holds nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the range ends ({end}) before or where it starts ({start})")]
pub struct TimeRangeError {
    start: Instant,
    end: Instant,
}

impl Rejection for TimeRangeError {
    fn code(&self) -> &'static str {
        "range_empty"
    }
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { start: Instant::MIN, end: Instant::END };

    /// The range from `start` up to `end`.
    ///
    /// # Errors
    /// When it would hold nothing.
    pub fn new(start: Instant, end: Instant) -> Result<Self, TimeRangeError> {
        if start < end { Ok(Self { start, end }) } else { Err(TimeRangeError { start, end }) }
    }

    /// Its first instant.
    #[must_use]
    pub const fn start(self) -> Instant {
        self.start
    }

    /// The first instant behind it.
    #[must_use]
    pub const fn end(self) -> Instant {
        self.end
    }

    /// Whether `instant` lies in it.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }
}

/// A name that the time zone database does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time zone; expected an IANA name such as Europe/Berlin or UTC")]
pub struct UnknownTimeZone(String);

impl Rejection for UnknownTimeZone {
    fn code(&self) -> &'static str {
        "time_zone_unknown"
    }
}

/// Names that the time zone database of a machine may know beside IANA's. What they mean is up to the machine.
const NOT_IANA: [&str; 3] = ["Etc/Unknown", "localtime", "posixrules"];

/// The time zone with the IANA name `name`.
///
/// # Errors
/// When there is none.
pub fn parse_time_zone(name: &str) -> Result<TimeZone, UnknownTimeZone> {
    let unknown = || UnknownTimeZone(name.chars().take(64).collect());
    if NOT_IANA.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        return Err(unknown());
    }
    TimeZone::get(name).map_err(|_| unknown())
}
