//! Ending what is open of an account: sessions, sign-ins under way, and what applications were given. Whatever ends one of
//! them for what has happened to the account ends them all; but for a second factor that is added, or asked for from now on,
//! which leaves what has given one (`second_factor`).

use diesel::{PgConnection, QueryResult};
use tallykeep_database::models::{PendingSignIn, Session};
use tallykeep_domain::{AccountId, SessionId};

use crate::provider;

/// Ends all of it.
pub(crate) fn end_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    Session::delete_all(connection, account)?;
    PendingSignIn::delete_all(connection, account)?;
    provider::end_all(connection, account).map(|_| ())
}

/// Ends all of it but `session`. Answers how many sessions.
pub(crate) fn end_others(
    connection: &mut PgConnection,
    account: AccountId,
    session: SessionId,
) -> QueryResult<usize> {
    let ended = Session::delete_others(connection, account, session)?;
    PendingSignIn::delete_all(connection, account)?;
    provider::end_all(connection, account)?;
    Ok(ended)
}
