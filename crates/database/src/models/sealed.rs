//! Secrets that lie sealed in some column.

use diesel::prelude::*;

/// A sealed text and where it stands.
#[derive(Debug, Clone, Queryable)]
pub struct SealedText {
    /// The primary key of its row, as text.
    pub row: String,
    /// As it was sealed.
    pub text: String,
}
