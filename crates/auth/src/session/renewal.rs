//! New tokens for a session that goes on.

use actix_web::cookie::{Cookie, time::Duration};
use diesel::PgConnection;
use jiff::SignedDuration;
use tallykeep_database::models::{Rotation, Session};
use tallykeep_service::{Problem, run_db_as};

use super::{
    Method, Methods,
    cookie::token_cookie,
    extractors::{SignedIn, signed_out},
    standing::Standing,
    token::SessionToken,
};
use crate::State;

/// How long a token stays at least.
///
/// Tabs that ask at once with one token must not each be given another: answers reach a browser in any order, and it
/// keeps the last. So one of them is given a successor, and the others none. The pause also says when that answer may
/// be taken for lost: a browser that still has nothing but the previous token after a minute is given another successor.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// A token that the browser has yet to be given.
pub(crate) struct NewToken {
    token: SessionToken,
    lasts: SignedDuration,
}

impl NewToken {
    fn of(session: &Session, token: SessionToken) -> Self {
        Self { token, lasts: session.expires_at.duration_since(session.read_at) }
    }

    /// The cookie with it. It ends when the session does, however often the token changes.
    pub(crate) fn cookie(&self, state: &State) -> Cookie<'static> {
        token_cookie(state, &self.token, Duration::seconds(self.lasts.as_secs()))
    }
}

impl SignedIn {
    /// Changes the token of the session, if it is time (RFC 9700 §4.14.2: the cookie is the refresh token). The one that
    /// was presented stays good until the new one has been used.
    ///
    /// # Errors
    /// 401 when the session has ended meanwhile.
    pub(crate) async fn rotate(self, state: &State) -> Result<Option<NewToken>, Problem> {
        // A lock is a write, too. What was too early when the session was looked up is so still.
        if self.rotated_before < PAUSE {
            return Ok(None);
        }
        let idle_hours = state.session_idle_hours;
        run_db_as(&state.pool, self.account.id, move |connection| {
            let (session, standing) = self.lock(connection, idle_hours)?;
            let due = session.read_at.duration_since(session.rotated_at) >= PAUSE;
            // Who has seen the successor is not given another: that would make it one of those that are out of date.
            let lacks_successor = standing == Standing::Current || session.token_used_at.is_none();
            if !due || !lacks_successor {
                return Ok(None);
            }
            let next = self.token.successor()?;
            let rotation = Rotation {
                first: &self.token.first_hash(),
                previous: &self.token.hash(),
                next: &next.hash(),
            };
            session.rotate(connection, rotation)?;
            Ok(Some(NewToken::of(&session, next)))
        })
        .await
    }

    /// Notes, in the caller's transaction, that the person has just proved by `method` who they are, and changes the token for one
    /// that has nothing to do with it: whoever knew it before gains nothing from this (session fixation), and it is
    /// void at once.
    ///
    /// # Errors
    /// 401 when the session has ended meanwhile.
    pub(crate) fn authenticate(
        &self,
        connection: &mut PgConnection,
        method: Method,
        idle_hours: u16,
    ) -> Result<NewToken, Problem> {
        let (session, _) = self.lock(connection, idle_hours)?;
        let token = SessionToken::random()?;
        let methods = Methods::parse(&session.methods).and(method);
        session.authenticate(connection, &methods.to_string(), &token.hash())?;
        Ok(NewToken::of(&session, token))
    }

    /// Notes, in the caller's transaction, that the account has no second factor any more: what was proved by one is no factor
    /// from now on. That its person was there of late stays true, also of a session that a passkey alone has opened.
    ///
    /// # Errors
    /// 401 when the session has ended meanwhile.
    pub(crate) fn forget_second_factors(
        &self,
        connection: &mut PgConnection,
        idle_hours: u16,
    ) -> Result<(), Problem> {
        let (session, _) = self.lock(connection, idle_hours)?;
        let methods = Methods::parse(&session.methods).without_second_factors();
        Ok(session.set_methods(connection, &methods.to_string())?)
    }

    /// The session as it is now, and stays until the transaction ends; the token may have lost its worth since it came.
    fn lock(&self, connection: &mut PgConnection, idle_hours: u16) -> Result<(Session, Standing), Problem> {
        let session = Session::lock(connection, self.account.id, self.session, idle_hours)?;
        let session = session.ok_or_else(signed_out)?;
        let standing = Standing::of(&self.token, &session);
        if standing.is_good() { Ok((session, standing)) } else { Err(signed_out()) }
    }
}
