//! Opening a session.

use actix_web::cookie::{Cookie, time::Duration};
use diesel::{PgConnection, QueryResult};
use jiff::{SignedDuration, Timestamp};
use tallykeep_database::models::NewSession;
use tallykeep_domain::{AccountId, SessionId};
use tallykeep_service::{Problem, Visitor};

use super::{Methods, cookie::token_cookie, token::SessionToken};
use crate::State;

/// A session that is being opened: its token goes to the browser, its hash to the database. The token is always a new
/// one, whatever the browser brings, so that nobody can plant one (session fixation).
pub(crate) struct OpenSession {
    token: SessionToken,
    user_agent: String,
    address: Option<String>,
    expires_at: Timestamp,
    methods: Methods,
}

impl OpenSession {
    /// Of `visitor`, who has just proved in these ways who they are.
    pub(crate) fn new(state: &State, visitor: &Visitor, methods: Methods) -> Result<Self, Problem> {
        Ok(Self {
            token: SessionToken::random()?,
            user_agent: visitor.user_agent.clone(),
            address: visitor.address.map(|address| address.to_string()),
            expires_at: Timestamp::now() + SignedDuration::from_hours(24 * i64::from(state.session_days)),
            methods,
        })
    }

    /// Opens it. The account is held, or new.
    pub(crate) fn insert(&self, connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        let session = NewSession {
            account_id: account.as_uuid(),
            id: SessionId::generate().as_uuid(),
            token_hash: &self.token.hash(),
            user_agent: &self.user_agent,
            address: self.address.as_deref(),
            expires_at: self.expires_at,
            methods: &self.methods.to_string(),
        };
        session.insert(connection)
    }

    /// The cookie with its token.
    pub(crate) fn cookie(&self, state: &State) -> Cookie<'static> {
        token_cookie(state, &self.token, Duration::days(state.session_days.into()))
    }
}

/// 401: who signs in is not known by that address, or not by that password, or not let in. Which, is not told.
pub(crate) fn wrong_credentials() -> Problem {
    Problem::unauthorized("credentials_invalid", "the e-mail address or the password is wrong")
}
