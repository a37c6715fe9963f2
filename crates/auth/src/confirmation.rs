//! Asking a signed-in person for the password once more.

use secrecy::SecretString;
use tallykeep_database::models::Account;
use tallykeep_service::{Problem, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    lockout::{self, Subject},
};

/// Checks that `password` is the one of `account`, whose session asks to do `action`. Every check of the password of
/// somebody who is signed in is this one.
///
/// # Errors
/// 403 when it is not, which is recorded as a failure of `action`. It is no 401: the session is as good as it was.
pub(crate) async fn confirm_password(
    state: &State,
    account: &Account,
    password: SecretString,
    action: Action,
    visitor: &Visitor,
) -> Result<(), Problem> {
    let verify = state.passwords.verify(password, Some(account.password_hash.clone()));
    if lockout::attempt(state, visitor, &Subject::Account(account.id), verify).await? {
        return Ok(());
    }
    let (id, visitor) = (account.id, visitor.clone());
    run_db_as(&state.pool, id, move |connection| {
        Ok(Record::failure(action, Some(id)).write(connection, &visitor)?)
    })
    .await?;
    Err(Problem::forbidden("password_wrong", "the password is wrong"))
}
