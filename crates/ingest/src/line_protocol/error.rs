//! Why a line was refused.

use tallykeep_domain::Rejection;

use super::{MAX_FIELDS, MAX_LINE_BYTES};

/// A line that was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct LineError {
    /// The line, from 1. Where a string spans lines, the one that the point begins in.
    pub line: usize,
    /// The byte of that line, from 1, at which the wrong part begins.
    pub column: usize,
    /// What is wrong.
    pub kind: LineErrorKind,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineErrorKind {
    /// Over [`MAX_LINE_BYTES`].
    #[error("the line is longer than {MAX_LINE_BYTES} bytes")]
    LineTooLong,
    /// Over [`MAX_FIELDS`].
    #[error("the line has more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// Nothing after the series.
    #[error("expected a space and a field after the measurement and its tags")]
    FieldsMissing,
    /// No key, or no `=` after it.
    #[error(
        "expected a field such as usage=19.5; a comma, equals sign or space in its key needs a backslash"
    )]
    Field,
    /// None of the five types.
    #[error("expected a value such as 19.5, 19i, 19u, true or \"text\"")]
    Value,
    /// An integer beyond 64 bits.
    #[error("the integer does not fit into 64 bits")]
    OutOfRange,
    /// Not a number, infinite, or too large for a float.
    #[error("the value is no finite number")]
    NotFinite,
    /// A string without its closing quote.
    #[error("the string that begins here is never closed")]
    StringOpen,
    /// More text right behind a string.
    #[error(
        "expected a comma, a space or the end of the line after the string; a quote in it needs a backslash"
    )]
    StringFollowed,
    /// The last part of the line is no integer.
    #[error("expected a timestamp, an integer, or the end of the line")]
    Timestamp,
    /// A time that no sample may have.
    #[error("the timestamp is outside 1900-01-01 to 2200-01-01; is the precision right?")]
    TimestampOutOfRange,
}

impl Rejection for LineError {
    fn code(&self) -> &'static str {
        match self.kind {
            LineErrorKind::LineTooLong => "line_too_long",
            LineErrorKind::TooManyFields => "fields_too_many",
            LineErrorKind::FieldsMissing => "fields_missing",
            LineErrorKind::Field => "field_invalid",
            LineErrorKind::Value => "value_invalid",
            LineErrorKind::OutOfRange => "value_out_of_range",
            LineErrorKind::NotFinite => "value_not_finite",
            LineErrorKind::StringOpen | LineErrorKind::StringFollowed => "string_invalid",
            LineErrorKind::Timestamp => "timestamp_invalid",
            LineErrorKind::TimestampOutOfRange => "timestamp_out_of_range",
        }
    }
}
