//! The step of a query: how long each point stands for.

use std::{fmt, str::FromStr};

use jiff::{Span, civil::Date, tz::TimeZone};

use crate::{Instant, Rejection, TimeRange};

/// The length of one point: fixed, or counted on the calendar of a time zone.
///
/// Fixed steps are counted from the Unix epoch. Calendar steps begin at local midnight: days are counted from
/// 1970-01-01, weeks begin on Mondays (ISO 8601) and are counted from 1970-01-05, months from 1970-01.
///
/// Only parsing makes one outside of this crate, so its number is at least 1 and no product of it overflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many milliseconds.
    #[non_exhaustive]
    Millis(i64),
    /// So many local days.
    #[non_exhaustive]
    Days(i32),
    /// So many weeks.
    #[non_exhaustive]
    Weeks(i32),
    /// So many months.
    #[non_exhaustive]
    Months(i32),
}

/// A text that is no step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no step; expected a number and a unit: ms s m h (fixed), d w mo (calendar), such as 15m or 1d"
)]
pub struct StepError(String);

impl Rejection for StepError {
    fn code(&self) -> &'static str {
        "step_invalid"
    }
}

/// A step too fine for its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a step of {step} over this range makes more than {most} points; choose a longer step or a shorter range"
)]
pub struct TooManySteps {
    step: Step,
    most: usize,
}

impl Rejection for TooManySteps {
    fn code(&self) -> &'static str {
        "points_too_many"
    }
}

/// What a query may choose by itself, finest first.
const LADDER: [Step; 16] = [
    Step::Millis(1_000),
    Step::Millis(5_000),
    Step::Millis(10_000),
    Step::Millis(30_000),
    Step::Millis(60_000),
    Step::Millis(5 * 60_000),
    Step::Millis(15 * 60_000),
    Step::Millis(30 * 60_000),
    Step::Millis(3_600_000),
    Step::Millis(3 * 3_600_000),
    Step::Millis(6 * 3_600_000),
    Step::Days(1),
    Step::Weeks(1),
    Step::Months(1),
    Step::Months(3),
    Step::Months(12),
];

impl Step {
    /// A local day.
    pub const DAY: Self = Self::Days(1);

    /// The finest of the usual steps that covers `range` with at most `most` points, of which two are the fewest that any
    /// step can promise; behind a year so many years as it takes.
    #[must_use]
    pub fn fitting(range: TimeRange, most: usize) -> Self {
        let length = range.end().as_millis() - range.start().as_millis();
        let fits = |step: &&Self| usize::try_from(step.most_within(length)).is_ok_and(|n| n <= most);
        let years = (1..300).map(|years| Self::Months(12 * years));
        LADDER.iter().copied().chain(years).find(|step| fits(&step)).unwrap_or(Self::Months(12 * 300))
    }

    /// The starts of all steps that touch `range`, in order, and the end of the last one: one more instant than
    /// there are steps. The first may lie before the range.
    ///
    /// # Errors
    /// When there would be more than `most` steps.
    pub fn edges(self, range: TimeRange, zone: &TimeZone, most: usize) -> Result<Vec<Instant>, TooManySteps> {
        let mut edges = Vec::new();
        let mut index = self.index_of(range.start(), zone);
        loop {
            let edge = self.edge(index, zone);
            // Where clocks went back over midnight, the date of the start may be one that had ended before it
            // (St. John's until 2011, from 00:01 to 23:01).
            if edge <= range.start() {
                edges.clear();
            }
            // Two edges fall together at the ends of time, where they are clamped, and around a day that a zone
            // left out (Apia, 2011-12-30).
            if edges.last() != Some(&edge) {
                edges.push(edge);
            }
            if edge >= range.end() {
                return Ok(edges);
            }
            if edges.len() > most {
                return Err(TooManySteps { step: self, most });
            }
            index += 1;
        }
    }

    /// The most steps that can touch a range of `length` milliseconds, in any time zone.
    fn most_within(self, length: i64) -> i64 {
        const HOUR: i64 = 3_600_000;
        const DAY: i64 = 24 * HOUR;
        // Offsets lie between -12 and +14 hours, so local clocks skip no more than their difference.
        let local_length = length + 26 * HOUR;
        let whole = match self {
            Self::Millis(step) => length / step,
            Self::Days(n) => local_length / (i64::from(n) * DAY),
            Self::Weeks(n) => local_length / (i64::from(n) * 7 * DAY),
            Self::Months(n) => local_length / (i64::from(n) * 28 * DAY),
        };
        // The first and the last step may both be cut by the range.
        whole + 2
    }

    /// Which step, counted from the step's origin, holds `instant`.
    fn index_of(self, instant: Instant, zone: &TimeZone) -> i64 {
        let date = || instant.to_timestamp().to_zoned(zone.clone()).date();
        match self {
            Self::Millis(length) => instant.as_millis().div_euclid(length),
            Self::Days(n) => days_since(DAY_ORIGIN, date()).div_euclid(n.into()),
            Self::Weeks(n) => days_since(WEEK_ORIGIN, date()).div_euclid(7 * i64::from(n)),
            Self::Months(n) => {
                let date = date();
                ((i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1).div_euclid(n.into())
            }
        }
    }

    /// The start of the step with that index.
    fn edge(self, index: i64, zone: &TimeZone) -> Instant {
        let date = match self {
            Self::Millis(length) => {
                let millis = index.saturating_mul(length);
                return Instant::from_millis(millis).unwrap_or(if millis < 0 {
                    Instant::MIN
                } else {
                    Instant::END
                });
            }
            Self::Days(n) => DAY_ORIGIN.saturating_add(Span::new().days(index * i64::from(n))),
            Self::Weeks(n) => WEEK_ORIGIN.saturating_add(Span::new().weeks(index * i64::from(n))),
            Self::Months(n) => DAY_ORIGIN.saturating_add(Span::new().months(index * i64::from(n))),
        };
        Instant::midnight(date, zone)
    }
}

const DAY_ORIGIN: Date = Date::constant(1970, 1, 1);
/// A Monday.
const WEEK_ORIGIN: Date = Date::constant(1970, 1, 5);

fn days_since(origin: Date, date: Date) -> i64 {
    origin.duration_until(date).as_hours() / 24
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Millis(n) if n % 3_600_000 == 0 => write!(f, "{}h", n / 3_600_000),
            Self::Millis(n) if n % 60_000 == 0 => write!(f, "{}m", n / 60_000),
            Self::Millis(n) if n % 1_000 == 0 => write!(f, "{}s", n / 1_000),
            Self::Millis(n) => write!(f, "{n}ms"),
            Self::Days(n) => write!(f, "{n}d"),
            Self::Weeks(n) => write!(f, "{n}w"),
            Self::Months(n) => write!(f, "{n}mo"),
        }
    }
}

impl FromStr for Step {
    type Err = StepError;

    fn from_str(text: &str) -> Result<Self, StepError> {
        let error = || StepError(text.chars().take(64).collect());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        // Bounds that keep every product below far inside i64 and i32.
        let number: i32 = number.parse().map_err(|_| error())?;
        if !(1..=1_000_000).contains(&number) {
            return Err(error());
        }
        let millis = |unit: i64| Self::Millis(i64::from(number) * unit);
        match unit {
            "ms" => Ok(millis(1)),
            "s" => Ok(millis(1_000)),
            "m" => Ok(millis(60_000)),
            "h" => Ok(millis(3_600_000)),
            "d" if number <= 10_000 => Ok(Self::Days(number)),
            "w" if number <= 1_000 => Ok(Self::Weeks(number)),
            "mo" if number <= 1_000 => Ok(Self::Months(number)),
            _ => Err(error()),
        }
    }
}
