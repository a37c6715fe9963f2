//! Signing in.

use actix_web::{HttpResponse, post, web};
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_database::{
    models::{Account, Group},
    with_credential,
};
use tallykeep_domain::EmailAddress;
use tallykeep_service::{Problem, Problems, Visitor, run_db, run_db_as};
use utoipa::ToSchema;

use super::account::AccountResponse;
use crate::{
    State,
    audit::{Action, Record},
    session::{OpenSession, wrong_credentials},
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

/// Signs in and sets the session cookie.
///
/// An unknown address, a malformed one, that of an account which is kept out, and a wrong password are answered alike,
/// and take as long.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in."), Problems)
)]
#[post("/auth/login")]
pub(crate) async fn log_in(
    visitor: Visitor,
    state: web::Data<State>,
    body: web::Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let account = find(&state, &body.email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let known = account.as_ref().map(|account| account.id);
    let matches = state.passwords.verify(body.password, hash).await?;
    let Some(account) = account.filter(|_| matches) else {
        let record = Record::failure(Action::SignIn, known);
        run_db(&state.pool, move |connection| record.write(connection, &visitor)).await?;
        return Err(wrong_credentials());
    };
    let session = OpenSession::new(&state, &visitor)?;
    let cookie = session.cookie(&state);
    let id = account.id;
    let groups = run_db_as(&state.pool, id, move |connection| {
        session.insert(connection, id)?;
        Record::success(Action::SignIn, id).write(connection, &visitor)?;
        Ok(Group::of(connection, id)?)
    })
    .await?;
    Ok(HttpResponse::Ok().cookie(cookie).json(AccountResponse::new(account, groups)))
}

/// A malformed address is looked up in vain like an unknown one, so that it is not told apart by its time.
async fn find(state: &State, email: &str) -> Result<Option<Account>, Problem> {
    let address: Option<EmailAddress> = email.parse().ok();
    run_db(&state.pool, move |connection| {
        let Some(address) = address else { return Ok(None) };
        with_credential(connection, address.as_str(), |connection| {
            Account::find_by_email(connection, &address)
        })
    })
    .await
}
