//! The token of a session.

use tallykeep_service::{Problem, token_hash};

use crate::token::random_token;

const SEPARATOR: char = '.';

/// What the cookie holds: the session's first token, and once it was changed a dot and the current one. Each is 256
/// random bits.
///
/// A session is found by the first. So every token that it ever had tells which one it is, also when it is long out of
/// date: whoever holds such a one took it from somebody, and the session can be ended (RFC 9700 §4.14.2, which
/// suggests to write into a refresh token what it belongs to). What counts is the hash of the whole.
pub(super) struct SessionToken(String);

impl SessionToken {
    /// The first token of a session, or one that breaks with those before it.
    pub(super) fn random() -> Result<Self, Problem> {
        random_token().map(Self)
    }

    /// What a browser presents, whatever it is.
    pub(super) fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Another token of the same session.
    pub(super) fn successor(&self) -> Result<Self, Problem> {
        Ok(Self(format!("{}{SEPARATOR}{}", self.first(), random_token()?)))
    }

    /// For the cookie alone.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the whole.
    pub(super) fn hash(&self) -> [u8; 32] {
        token_hash(&self.0)
    }

    /// SHA-256 of the first token of the session.
    pub(super) fn first_hash(&self) -> [u8; 32] {
        token_hash(self.first())
    }

    fn first(&self) -> &str {
        self.0.split(SEPARATOR).next().unwrap_or_default()
    }
}
