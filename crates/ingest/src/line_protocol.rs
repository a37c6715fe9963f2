//! InfluxDB line protocol, read straight from the received bytes.
//!
//! `measurement[,tag=value]* field=value[,field=value]* [timestamp]`, one point per line. The grammar follows the Go
//! parser of InfluxDB 1 and 2 (`models/points.go`), which is what clients write for:
//!
//! - A backslash escapes the comma, the equals sign and the space; before anything else it stands for itself. So a
//!   delimiter counts unless the byte before it is a backslash, and no client has to double its backslashes.
//! - In a string, a backslash escapes the double quote and itself. A string may span lines.
//! - `#` begins a comment line. Lines end in LF or CRLF.
//!
//! It is kinder in two places: like InfluxDB 3 it takes an unescaped `=` in a tag's value, and it takes every decimal
//! spelling of a float, such as `+1` and `.5`.
//!
//! [`parse`] takes a line whole or refuses it whole, and allocates nothing per line. It hands out the series and the
//! keys exactly as received: the same bytes mean the same series, so a caller looks them up in its cache, and only
//! on a miss pays for [`decode_series`] and [`decode_key`], which check what [`parse`] left unread.

mod decode;
mod error;
mod lines;
mod precision;

use std::{
    num::{IntErrorKind, ParseIntError},
    str::FromStr,
};

use memchr::{memchr2, memchr3_iter};
use tallykeep_domain::Instant;

pub use decode::{NameError, decode_key, decode_series};
pub use error::{LineError, LineErrorKind};
pub use precision::{Precision, UnknownPrecision};

use lines::{Line, Lines, end_of_string, is_escaped, skip_blanks};

/// The longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 64 * 1024;
/// The most fields that a line may have.
pub const MAX_FIELDS: usize = 1_000;

/// What one line says. `'body` is the request's body, `'line` ends with the call that receives the point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'body, 'line> {
    /// The line it stands in, or begins in, from 1.
    pub line: usize,
    /// Measurement and tags, escapes and order as received. Not checked: see [`decode_series`].
    pub series: &'body [u8],
    /// At least one and at most [`MAX_FIELDS`], in order.
    pub fields: &'line [Field<'body>],
    /// The line's timestamp, cut to milliseconds, or else the time of reception.
    pub at: Instant,
}

/// A key and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'body> {
    /// Not empty; escapes as received. See [`decode_key`].
    pub key: &'body [u8],
    /// The value, of the type that its spelling says.
    pub value: FieldValue<'body>,
}

/// A value of one of the five types of line protocol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'body> {
    /// `19.5`, `-1e-9`; always finite.
    Float(f64),
    /// `19i`.
    Integer(i64),
    /// `19u`.
    Unsigned(u64),
    /// `t`, `true`, `F`, `FALSE`, …
    Boolean(bool),
    /// What stands between the quotes, escapes as received.
    String(&'body [u8]),
}

impl FieldValue<'_> {
    /// The value as a sample keeps it: booleans as 0 and 1, integers beyond 2⁵³ rounded, strings not at all.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match *self {
            Self::Float(value) => Some(value),
            Self::Integer(value) => Some(value as f64),
            Self::Unsigned(value) => Some(value as f64),
            Self::Boolean(value) => Some(f64::from(u8::from(value))),
            Self::String(_) => None,
        }
    }
}

/// Reads `body` and calls `on_line` once, in order, for every line that is neither blank nor a comment.
///
/// Timestamps count in `precision`; a line without one is taken to be from `now`. A string that is never closed
/// makes the rest of the body one line: reading on after the next line break would take text for samples.
pub fn parse<'body>(
    body: &'body [u8],
    precision: Precision,
    now: Instant,
    mut on_line: impl FnMut(Result<Point<'body, '_>, LineError>),
) {
    let mut fields = Vec::new();
    for line in Lines::new(body) {
        on_line(match read_line(&line, precision, &mut fields) {
            Ok(timestamp) => Ok(Point {
                line: line.number,
                series: line.series(),
                fields: &fields,
                at: timestamp.unwrap_or(now),
            }),
            Err(flaw) => Err(LineError { line: line.number, column: flaw.at + 1, kind: flaw.kind }),
        });
    }
}

/// What is wrong with a line, and at which of its bytes, from 0.
struct Flaw {
    at: usize,
    kind: LineErrorKind,
}

impl LineErrorKind {
    fn at(self, at: usize) -> Flaw {
        Flaw { at, kind: self }
    }
}

/// Reads the fields into `fields`, replacing what it holds, and returns the timestamp.
fn read_line<'body>(
    line: &Line<'body>,
    precision: Precision,
    fields: &mut Vec<Field<'body>>,
) -> Result<Option<Instant>, Flaw> {
    if line.text.len() > MAX_LINE_BYTES {
        return Err(LineErrorKind::LineTooLong.at(MAX_LINE_BYTES));
    }
    let start = skip_blanks(line.text, line.series.end);
    if start == line.text.len() {
        return Err(LineErrorKind::FieldsMissing.at(start));
    }
    let end = read_fields(line.text, start, fields)?;
    read_timestamp(line.text, end, precision)
}

/// Reads the fields that begin at `at` and returns where they end.
fn read_fields<'body>(
    text: &'body [u8],
    mut at: usize,
    fields: &mut Vec<Field<'body>>,
) -> Result<usize, Flaw> {
    fields.clear();
    loop {
        if fields.len() == MAX_FIELDS {
            return Err(LineErrorKind::TooManyFields.at(at));
        }
        let (field, end) = read_field(text, at)?;
        fields.push(field);
        match text.get(end) {
            Some(b',') => at = end + 1,
            Some(b' ') | None => return Ok(end),
            Some(_) => return Err(LineErrorKind::StringFollowed.at(end)),
        }
    }
}

/// Reads the field that begins at `start` and returns it with where it ends.
fn read_field(text: &[u8], start: usize) -> Result<(Field<'_>, usize), Flaw> {
    let equals = memchr3_iter(b'=', b',', b' ', &text[start..])
        .map(|offset| start + offset)
        .find(|&at| !is_escaped(text, at))
        .filter(|&at| at > start && text[at] == b'=')
        .ok_or(LineErrorKind::Field.at(start))?;
    let (value, end) = read_value(text, equals + 1)?;
    Ok((Field { key: &text[start..equals], value }, end))
}

/// Reads the value that begins at `start` and returns it with where it ends.
fn read_value(text: &[u8], start: usize) -> Result<(FieldValue<'_>, usize), Flaw> {
    if text.get(start) == Some(&b'"') {
        let end = end_of_string(text, start).ok_or(LineErrorKind::StringOpen.at(start))?;
        return Ok((FieldValue::String(&text[start + 1..end - 1]), end));
    }
    let length = memchr2(b',', b' ', &text[start..]).unwrap_or(text.len() - start);
    let end = start + length;
    let value = match &text[start..end] {
        [digits @ .., b'i'] => read_integer(digits).map(FieldValue::Integer),
        [digits @ .., b'u'] => read_integer(digits).map(FieldValue::Unsigned),
        b"t" | b"T" | b"true" | b"True" | b"TRUE" => Ok(FieldValue::Boolean(true)),
        b"f" | b"F" | b"false" | b"False" | b"FALSE" => Ok(FieldValue::Boolean(false)),
        word => read_float(word).map(FieldValue::Float),
    };
    value.map(|value| (value, end)).map_err(|kind| kind.at(start))
}

fn read_float(word: &[u8]) -> Result<f64, LineErrorKind> {
    let value: f64 = fast_float2::parse(word).map_err(|_| LineErrorKind::Value)?;
    if value.is_finite() { Ok(value) } else { Err(LineErrorKind::NotFinite) }
}

fn read_integer<T: FromStr<Err = ParseIntError>>(digits: &[u8]) -> Result<T, LineErrorKind> {
    let digits = std::str::from_utf8(digits).map_err(|_| LineErrorKind::Value)?;
    digits.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => LineErrorKind::OutOfRange,
        _ => LineErrorKind::Value,
    })
}

/// Reads the rest of the line, from the `end` of the fields on.
fn read_timestamp(text: &[u8], end: usize, precision: Precision) -> Result<Option<Instant>, Flaw> {
    let start = skip_blanks(text, end);
    let digits = text[start..].trim_ascii_end();
    if digits.is_empty() {
        return Ok(None);
    }
    let instant = match read_integer(digits) {
        Ok(timestamp) => precision.instant(timestamp).ok_or(LineErrorKind::TimestampOutOfRange),
        Err(LineErrorKind::OutOfRange) => Err(LineErrorKind::TimestampOutOfRange),
        Err(_) => Err(LineErrorKind::Timestamp),
    };
    instant.map(Some).map_err(|kind| kind.at(start))
}
