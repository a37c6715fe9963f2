//! Entries: what a person fills in for one local calendar day.

use std::{fmt, str::FromStr};

use jiff::{civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

use crate::{Instant, Rejection};

/// The most values that one day's entry may hold.
pub const MAX_ENTRY_VALUES: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 10_000;

/// A calendar day in the account's time zone, from 1900-01-02 to 2199-12-30, so that the whole day lies within the
/// range of [`Instant`] in every time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryDate(Date);

/// Why a text is no date of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryDateError {
    /// Not a calendar day.
    #[error("{0:?} is no date; expected YYYY-MM-DD")]
    Shape(String),
    /// Outside the years that entries may have.
    #[error("the date {0} is outside 1900-01-02 to 2199-12-30")]
    OutOfRange(Date),
}

impl Rejection for EntryDateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Shape(_) => "date_invalid",
            Self::OutOfRange(_) => "date_out_of_range",
        }
    }
}

/// Why the content of an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A note beyond [`MAX_NOTE_CHARS`].
    #[error("the note has {0} characters; the most is {MAX_NOTE_CHARS}")]
    NoteTooLong(usize),
    /// A note that a database text cannot hold, or that would garble a terminal.
    #[error("the note has a control character other than tab and line breaks")]
    NoteControlCharacter,
}

impl Rejection for EntryError {
    fn code(&self) -> &'static str {
        "note_invalid"
    }
}

impl EntryDate {
    /// The first day.
    pub const MIN: Self = Self(Date::constant(1900, 1, 2));
    /// The last day.
    pub const MAX: Self = Self(Date::constant(2199, 12, 30));

    /// The day, for the database.
    #[must_use]
    pub const fn as_date(self) -> Date {
        self.0
    }

    /// The first instant of the day in `zone`: midnight, or what follows the gap where a daylight-saving change
    /// leaves midnight out.
    #[must_use]
    pub fn start_in(self, zone: &TimeZone) -> Instant {
        Instant::midnight(self.0, zone)
    }

    /// The local day of `instant` in `zone`, or the nearest that an entry may have.
    #[must_use]
    pub fn of(instant: Instant, zone: &TimeZone) -> Self {
        Self(instant.to_timestamp().to_zoned(zone.clone()).date()).clamp(Self::MIN, Self::MAX)
    }
}

impl TryFrom<Date> for EntryDate {
    type Error = EntryDateError;

    fn try_from(date: Date) -> Result<Self, EntryDateError> {
        let date = Self(date);
        if (Self::MIN..=Self::MAX).contains(&date) {
            Ok(date)
        } else {
            Err(EntryDateError::OutOfRange(date.0))
        }
    }
}

impl FromStr for EntryDate {
    type Err = EntryDateError;

    fn from_str(text: &str) -> Result<Self, EntryDateError> {
        // jiff reads more than RFC 3339's full-date, a whole date-time for one, and would drop the rest.
        let shape = || EntryDateError::Shape(text.chars().take(64).collect());
        if text.len() != "YYYY-MM-DD".len() {
            return Err(shape());
        }
        text.parse::<Date>().map_err(|_| shape())?.try_into()
    }
}

impl fmt::Display for EntryDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for EntryDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The free text of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Note(String);

impl Note {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Note {
    type Error = EntryError;

    fn try_from(note: String) -> Result<Self, EntryError> {
        let length = note.chars().count();
        if length > MAX_NOTE_CHARS {
            return Err(EntryError::NoteTooLong(length));
        }
        if note.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(EntryError::NoteControlCharacter);
        }
        Ok(Self(note))
    }
}
