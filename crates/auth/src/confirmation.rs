//! Asking a signed-in person for the password once more.

use secrecy::SecretString;
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    lockout::{self, Subject},
    second_factor::{self, Factor},
    session::SignedIn,
};

/// Checks that `password` is the one of `caller`, whose session asks to do `action`. Every check of the password of
/// somebody who is signed in is this one.
///
/// Where the account has a second factor the password alone proves too little: who has found it out, and an open browser,
/// could change whatever it guards. So that factor must have been given within the last ten minutes.
///
/// # Errors
/// 403 when it was not, or when the password is wrong, which is recorded as a failure of `action`. It is no 401: the
/// session is as good as it was.
pub(crate) async fn confirm_password(
    state: &State,
    caller: &SignedIn,
    password: SecretString,
    action: Action,
    visitor: &Visitor,
) -> Result<(), Problem> {
    let account = &caller.account;
    if caller.refuse_unless_recent().is_err() && !enrolled(state, account.id).await?.is_empty() {
        return Err(second_factor::needed());
    }
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

/// What the account can give beside the password.
pub(crate) async fn enrolled(state: &State, account: AccountId) -> Result<Vec<Factor>, Problem> {
    run_db_as(&state.pool, account, move |connection| Ok(second_factor::enrolled(connection, account)?)).await
}
