//! The bounds that every short text of the domain shares.

/// Why a short text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing, or nothing but white space.
    #[error("is empty")]
    Empty,
    /// Longer than its bound.
    #[error("is {length} bytes long; the most is {most}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The bound in bytes.
        most: usize,
    },
    /// A control character.
    #[error("has a control character at byte {at}")]
    ControlCharacter {
        /// Where, counted in bytes from 0.
        at: usize,
    },
    /// White space at the start or the end, which nobody sees and everybody searches for.
    #[error("begins or ends with white space")]
    Padded,
}

/// Holds `text` to the bounds: 1 to `most` bytes, no control character, no white space around it.
pub(crate) fn check(text: &str, most: usize) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > most {
        return Err(TextError::TooLong { length: text.len(), most });
    }
    if let Some((at, _)) = text.char_indices().find(|(_, c)| c.is_control()) {
        return Err(TextError::ControlCharacter { at });
    }
    if text.trim().len() != text.len() {
        return Err(TextError::Padded);
    }
    Ok(())
}
