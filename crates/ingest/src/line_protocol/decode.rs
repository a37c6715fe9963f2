//! The names in a series and the keys of fields, without their escapes.

use memchr::memchr_iter;
use tallykeep_domain::Rejection;

use super::lines::is_escaped;

/// Why a series or a key cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The line begins with a comma.
    #[error("expected a measurement before the first comma")]
    MeasurementMissing,
    /// A tag without a key or a value; holds the tag, cut short.
    #[error("{0:?} is no tag; expected key=value")]
    Tag(String),
    /// Bytes that are no text; holds what can be read of them, cut short.
    #[error("{0:?} is not UTF-8")]
    NotUtf8(String),
}

impl Rejection for NameError {
    fn code(&self) -> &'static str {
        match self {
            Self::MeasurementMissing => "measurement_missing",
            Self::Tag(_) => "tag_invalid",
            Self::NotUtf8(_) => "text_not_utf8",
        }
    }
}

/// The measurement and the tags, keys before values, of a [`Point::series`](super::Point::series).
///
/// A key may come twice: what names and labels may be is the domain's to say.
///
/// # Errors
/// When the measurement, or a tag's key or value, is missing or not UTF-8.
pub fn decode_series(series: &[u8]) -> Result<(String, Vec<(String, String)>), NameError> {
    let (measurement, mut rest) = cut(series, b',');
    if measurement.is_empty() {
        return Err(NameError::MeasurementMissing);
    }
    let mut tags = Vec::new();
    while let Some(text) = rest {
        let (tag, next) = cut(text, b',');
        tags.push(decode_tag(tag)?);
        rest = next;
    }
    Ok((unescape(measurement, b", ")?, tags))
}

/// The text of a [`Field::key`](super::Field::key).
///
/// # Errors
/// When it is not UTF-8.
pub fn decode_key(key: &[u8]) -> Result<String, NameError> {
    unescape(key, b",= ")
}

fn decode_tag(tag: &[u8]) -> Result<(String, String), NameError> {
    match cut(tag, b'=') {
        (key, Some(value)) if !key.is_empty() && !value.is_empty() => {
            Ok((decode_key(key)?, unescape(value, b",= ")?))
        }
        _ => Err(NameError::Tag(shortened(tag))),
    }
}

/// What stands before the first unescaped `delimiter`, and what behind it if there is one.
fn cut(text: &[u8], delimiter: u8) -> (&[u8], Option<&[u8]>) {
    match memchr_iter(delimiter, text).find(|&at| !is_escaped(text, at)) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Drops each backslash that stands before one of the `special` bytes.
fn unescape(text: &[u8], special: &[u8]) -> Result<String, NameError> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next_if(|next| special.contains(next)) } else { None };
        plain.push(escaped.unwrap_or(byte));
    }
    String::from_utf8(plain).map_err(|_| NameError::NotUtf8(shortened(text)))
}

fn shortened(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(64).collect()
}
