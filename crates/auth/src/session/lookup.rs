//! Whose session a token opens, what its use leaves behind, and what becomes of one that was stolen.

use std::sync::Arc;

use diesel::{PgConnection, QueryResult};
use jiff::SignedDuration;
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Session},
    with_credential,
};
use tallykeep_service::{Problem, Visitor, hex, run_db};

use super::{extractors::SignedIn, standing::Standing, token::SessionToken};
use crate::{
    State,
    audit::{Action, Record},
    state::LAST_USE_PRECISION_SECONDS,
};

/// An open session.
pub(super) struct Found {
    pub(super) account: Account,
    pub(super) session: Session,
    pub(super) token: SessionToken,
    pub(super) standing: Standing,
}

/// Who presents `token`, unless it opens no session, or none any more.
pub(super) async fn find(
    state: &State,
    token: SessionToken,
    visitor: Visitor,
) -> Result<Option<SignedIn>, Problem> {
    let sign_in = |_: &mut _, found: Found| Ok(SignedIn::new(found.account, &found.session, found.token));
    look_up(state, token, visitor, sign_in).await
}

/// What `make` makes of the session that `token` opens, if it does, in the same transaction.
pub(super) async fn look_up<T: Send + 'static>(
    state: &State,
    token: SessionToken,
    visitor: Visitor,
    make: impl FnOnce(&mut PgConnection, Found) -> QueryResult<T> + Send + 'static,
) -> Result<Option<T>, Problem> {
    let (idle_hours, recent) = (state.session_idle_hours, Arc::clone(&state.recent));
    run_db(&state.pool, move |connection| {
        let first_hash = token.first_hash();
        let mut reused = false;
        let made = with_credential(connection, &hex(&first_hash), |connection| {
            let Some(session) = Session::find_by_first_token(connection, &first_hash, idle_hours)? else {
                return Ok(None);
            };
            as_account(connection, session.account_id, |connection| {
                let standing = Standing::of(&token, &session);
                if standing == Standing::Reused {
                    reused = true;
                    end_if_reused(connection, &session, &token, &visitor, idle_hours)?;
                }
                if !standing.is_good() {
                    return Ok(None);
                }
                note_use(connection, &session, standing)?;
                let Some(account) = Account::find(connection, session.account_id)? else { return Ok(None) };
                make(connection, Found { account, session, token, standing }).map(Some)
            })
        });
        if reused {
            recent.freshness.forget();
        }
        made
    })
    .await
}

/// Writes down that `session` was used, but nothing at most requests. The first use of a token that follows another is
/// written, since from then on the other one is on its way out.
fn note_use(connection: &mut PgConnection, session: &Session, standing: Standing) -> QueryResult<()> {
    let precision = SignedDuration::from_secs(LAST_USE_PRECISION_SECONDS);
    if standing == Standing::Current
        && session.previous_token_hash.is_some()
        && session.token_used_at.is_none()
    {
        session.touch_token(connection)
    } else if session.read_at.duration_since(session.last_used_at) >= precision {
        session.touch(connection)
    } else {
        Ok(())
    }
}

/// Ends the session of a token that is out of date, for the thief as for the person: which of the two presents it
/// cannot be told. Looked at again under a lock, since it may have begun anew meanwhile.
fn end_if_reused(
    connection: &mut PgConnection,
    session: &Session,
    token: &SessionToken,
    visitor: &Visitor,
    idle_hours: u16,
) -> QueryResult<()> {
    let (account, id) = (session.account_id, session.id);
    let Some(session) = Session::lock(connection, account, id, idle_hours)? else { return Ok(()) };
    if Standing::of(token, &session) != Standing::Reused {
        return Ok(());
    }
    Session::delete(connection, account, id)?;
    let record = Record::failure(Action::SessionReuse, Some(account)).with(json!({"session": id}));
    record.write(connection, visitor)
}
