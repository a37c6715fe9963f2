//! Signing out because an application says so. Where it has not shown that it knows the person, the person is asked, on
//! the page `/sign-out`.

pub(crate) mod ask;
pub(crate) mod confirm;

use tallykeep_database::models::Session;
use tallykeep_service::{Problem, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// Ends the session of `caller`, and with it what applications were given from it.
async fn end_session(state: &State, caller: &SignedIn, visitor: Visitor) -> Result<(), Problem> {
    let (account, session) = (caller.account.id, caller.session);
    run_db_as(&state.pool, account, move |connection| {
        Session::delete(connection, account, session)?;
        Ok(Record::success(Action::SignOut, account).write(connection, &visitor)?)
    })
    .await
}
