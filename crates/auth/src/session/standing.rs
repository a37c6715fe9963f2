//! What a token is worth to the session that it names.

use jiff::SignedDuration;
use tallykeep_database::models::Session;

use super::token::SessionToken;

/// So long after its successor was first used a token still counts: requests of another tab, or of the same page, were
/// under way with it.
const GRACE: SignedDuration = SignedDuration::from_secs(10);

/// What a token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the session's token.
    Current,
    /// It was until now, and the browser may not have the next one yet: the answer with it was lost or is on its way.
    Previous,
    /// It is out of date, and the browser has a later one. This is a copy that somebody took.
    Reused,
    /// It is none of the session's tokens, now that the session began anew.
    Unknown,
}

impl Standing {
    /// What `token` is worth to `session`.
    pub(super) fn of(token: &SessionToken, session: &Session) -> Self {
        let (hash, first_hash) = (token.hash(), token.first_hash());
        let is = |known: &Vec<u8>| *known == hash;
        if *session.first_token_hash.as_ref().unwrap_or(&session.token_hash) != first_hash {
            return Self::Unknown;
        }
        if is(&session.token_hash) {
            return Self::Current;
        }
        let grace_is_over =
            session.token_used_at.is_some_and(|used| session.read_at.duration_since(used) > GRACE);
        if session.previous_token_hash.as_ref().is_some_and(is) && !grace_is_over {
            return Self::Previous;
        }
        Self::Reused
    }

    /// Whether it opens the session.
    pub(super) fn is_good(self) -> bool {
        matches!(self, Self::Current | Self::Previous)
    }
}
