//! Signing in.

use actix_web::{HttpResponse, post, web};
use diesel::{Connection, QueryResult};
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_database::{commit_without_waiting, models::Account, with_credential};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db, run_db_as};
use utoipa::ToSchema;

use super::{
    account::AccountResponse,
    sign_in::{PendingSignInResponse, respond},
};
use crate::{
    State,
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    lockout::{Attempt, Subject},
    rate_limit,
    session::{Method, wrong_credentials},
    sign_in::{SignIn, Standing},
};

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginRequest {
    /// The address that the account was registered with.
    #[schema(example = "ada@example.org")]
    email: String,
    /// Its password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Signs in and sets the session cookie, or where a second factor is needed another, which is good for that alone.
///
/// An unknown address, a malformed one, that of an account which is kept out, and a wrong password are answered alike,
/// and take as long.
#[utoipa::path(
    tag = "session",
    responses(
        (status = 200, body = AccountResponse, description = "Signed in."),
        (status = 202, body = PendingSignInResponse, description = "A second factor is needed."),
        Problems
    )
)]
#[post("/auth/login")]
pub(crate) async fn log_in(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let body = body.into_inner();
    let (known, attempt) = begin(&state, body.email).await?;
    let id = known.as_ref().map(|account| account.id);
    let account = known.filter(Account::is_admitted);
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let verified = state.passwords.verify(body.password.clone(), hash).await;
    let right = attempt.spare(&state, verified).await? && !attempt.is_locked();
    let Some(account) = account.filter(|_| right) else {
        return Err(refuse(&state, attempt, id, visitor).await?);
    };
    let sign_in = SignIn::new(&state, visitor.clone(), Method::Password.into());
    let good = attempt.clone();
    let opened = run_db_as(&state.pool, account.id, move |connection| {
        // A session that is opened after a change of the password must not be one that the old password opens.
        if !Account::still_has_password(connection, account.id, &account.password_hash)? {
            return Err(wrong_credentials());
        }
        // A crash of the database may take the session with its record, and the person signs in again.
        commit_without_waiting(connection)?;
        let opened = sign_in.open(connection, account)?;
        // To sign in has every failure forgotten.
        if matches!(opened.standing, Standing::Pending { .. }) {
            good.take_back(connection)?;
        }
        Ok(opened)
    })
    .await;
    let opened = match attempt.spare(&state, opened).await {
        // The account was kept out, or its password changed, meanwhile.
        Err(problem) if problem.status().is_client_error() => {
            return Err(refuse(&state, attempt, id, visitor).await?);
        }
        opened => opened?,
    };
    state.outbox.call();
    renew_hash(&state, &opened.account, body.password).await;
    Ok(respond(opened))
}

/// The account with the address `email`, also one that is kept out, since what is tried in vain is recorded with it; and the
/// attempt to sign in to it.
///
/// A malformed address is like an unknown one, which is locked, too.
async fn begin(state: &State, email: String) -> Result<(Option<Account>, Attempt), Problem> {
    let (address, rules) = (email.parse::<EmailAddress>().ok(), state.lockout);
    run_db(&state.pool, move |connection| {
        let credential = address.as_ref().map_or("", EmailAddress::as_str);
        with_credential(connection, credential, |connection| -> QueryResult<_> {
            let known = match &address {
                Some(address) => Account::find_any_by_email(connection, address)?,
                None => None,
            };
            let attempt = Attempt::begin(connection, Subject::of(known.as_ref(), &email), rules)?;
            Ok((known, attempt))
        })
    })
    .await
}

/// The answer to a sign-in in vain, once it is recorded.
async fn refuse(
    state: &State,
    attempt: Attempt,
    known: Option<AccountId>,
    visitor: Visitor,
) -> Result<Problem, Problem> {
    attempt.fail(state, &visitor).await?;
    run_db(&state.pool, move |connection| {
        connection.transaction(|connection| {
            commit_without_waiting(connection)?;
            Record::failure(Action::SignIn, known).write(connection, &visitor)
        })
    })
    .await?;
    Ok(wrong_credentials())
}

/// Makes the hash of `password` anew where it is out of date, now that the password is at hand. After the session is open
/// and in a transaction of its own: of two sign-ins at once neither waits for the other, and one that fails here has
/// signed in all the same.
async fn renew_hash(state: &State, account: &Account, password: SecretString) {
    let (id, old) = (account.id, account.password_hash.clone());
    let Some(new) = state.passwords.renew(password, &old).await else { return };
    let replace = move |connection: &mut _| Ok(Account::replace_password_hash(connection, id, &old, &new)?);
    if let Err(problem) = run_db_as(&state.pool, id, replace).await {
        tracing::warn!(%problem, "password_not_rehashed");
    }
}
