//! What people call their passkeys.

use crate::{Rejection, TextError, text};

/// What somebody calls a passkey: 1 to 100 bytes without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyName(String);

/// Why a text is no name of a passkey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name {0}")]
pub struct PasskeyNameError(#[from] TextError);

impl Rejection for PasskeyNameError {
    fn code(&self) -> &'static str {
        "name_invalid"
    }
}

impl TryFrom<String> for PasskeyName {
    type Error = PasskeyNameError;

    fn try_from(name: String) -> Result<Self, PasskeyNameError> {
        const MAX_BYTES: usize = 100;
        text::check(&name, MAX_BYTES)?;
        Ok(Self(name))
    }
}

impl PasskeyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
