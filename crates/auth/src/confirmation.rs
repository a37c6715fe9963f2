//! Asking a signed-in person for the password once more.

use actix_web::http::StatusCode;
use secrecy::SecretString;
use tallykeep_database::models::Account;
use tallykeep_service::{Problem, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    lockout::{self, Subject},
    session::SignedIn,
};

/// Checks that it is the person of the account who asks to do `action`: by the password, or where the account has none by
/// a proof within the last ten minutes.
///
/// # Errors
/// As [`confirm_password`], 422 when the password is missing, 403 when the proof is longer ago.
pub(crate) async fn confirm_person(
    state: &State,
    caller: &SignedIn,
    password: Option<SecretString>,
    action: Action,
    visitor: &Visitor,
) -> Result<(), Problem> {
    match password {
        Some(password) => confirm_password(state, &caller.account, password, action, visitor).await,
        None if !caller.account.has_password => caller.refuse_unless_recent(),
        None => {
            let detail = "this needs the password of the account";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password_missing", detail))
        }
    }
}

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
