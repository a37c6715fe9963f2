//! Asking a signed-in person for the password once more.

use actix_web::http::StatusCode;
use diesel::PgConnection;
use secrecy::SecretString;
use tallykeep_database::models::Account;
use tallykeep_service::{Problem, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    lockout::{self, Subject},
    second_factor::{self, find_enrolled},
    session::SignedIn,
};

/// A password that was right when it was checked. Checking takes so long that it is done outside of transactions; so the
/// one that does what the password permits looks again, by [`hold`](Self::hold).
#[must_use]
pub(crate) struct Confirmed(());

impl Confirmed {
    /// Makes sure that the password is still the one that was confirmed, in the transaction that does what was asked for
    /// and acts for the account. It stays so until that ends. To be called before anything else is locked.
    ///
    /// # Errors
    /// 401 when the session has ended meanwhile, 409 when the password is another.
    pub(crate) fn hold(&self, connection: &mut PgConnection, caller: &SignedIn) -> Result<Account, Problem> {
        let account = caller.hold(connection)?;
        if account.password_hash == caller.account.password_hash {
            return Ok(account);
        }
        Err(Problem::conflict("password_changed", "the password was changed just now; sign in again"))
    }
}

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
) -> Result<Confirmed, Problem> {
    match password {
        Some(password) => confirm_password(state, caller, password, action, visitor).await,
        None if !caller.account.has_password => caller.refuse_unless_recent().map(|()| Confirmed(())),
        None => {
            let detail = "this needs the password of the account";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password_missing", detail))
        }
    }
}

/// Checks that `password` is the one of `caller`, who asks to do `action`. Every check of the password of somebody who is
/// signed in is this one.
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
) -> Result<Confirmed, Problem> {
    let (id, hash) = (caller.account.id, caller.account.password_hash.clone());
    if caller.refuse_unless_recent().is_err() && !find_enrolled(state, id).await?.is_empty() {
        return Err(second_factor::needed());
    }
    let verify = state.passwords.verify(password, Some(hash));
    if lockout::attempt(state, visitor, Subject::Account(id), verify).await? {
        return Ok(Confirmed(()));
    }
    let visitor = visitor.clone();
    run_db_as(&state.pool, id, move |connection| {
        Ok(Record::failure(action, Some(id)).write(connection, &visitor)?)
    })
    .await?;
    Err(Problem::forbidden("password_wrong", "the password is wrong"))
}
