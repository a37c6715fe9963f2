//! Changing one's own password.

use actix_web::{HttpResponse, put, web};
use diesel::PgConnection;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::models::Account;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    confirmation::confirm_password,
    mail::{Kind, Mail},
    one_time_token,
    password::NewPassword,
    routes::sign_in::with_cookies,
    session::{Method, NewToken, SignedIn, end_others},
};

/// The password, and the one to put in its place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePasswordRequest {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// The one from now on: at least 10 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 256)]
    new_password: SecretString,
}

/// Changes the password, ends all other sessions and gives this one another cookie. API keys stay: each is revoked by
/// itself.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "Changed."), Problems),
    security(("session" = []))
)]
#[put("/auth/password")]
pub(crate) async fn change_password(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: Json<ChangePasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let password = body.current_password;
    let confirmed = confirm_password(&state, &caller, password, Action::ChangePassword, &visitor).await?;
    let address = caller.account.email.parse().map_err(Problem::internal)?;
    let new_hash = state.passwords.hash(NewPassword::parse(body.new_password, &address)?).await?;
    let (idle_hours, outbox) = (state.session_idle_hours, state.outbox.clone());
    let token = run_db_as(&state.pool, caller.account.id, move |connection| {
        confirmed.hold(connection, &caller)?;
        let token = change(connection, &caller, &new_hash, idle_hours, &visitor)?;
        outbox.put(connection, &Mail::to(Kind::PasswordChanged, &caller.account))?;
        Ok(token)
    })
    .await?;
    state.outbox.call();
    Ok(with_cookies(HttpResponse::NoContent(), vec![token.cookie(&state)]).finish())
}

fn change(
    connection: &mut PgConnection,
    caller: &SignedIn,
    new_hash: &str,
    idle_hours: u16,
    visitor: &Visitor,
) -> Result<NewToken, Problem> {
    let account = caller.account.id;
    Account::replace_password_hash(connection, account, &caller.account.password_hash, new_hash)?;
    let ended = end_others(connection, account, caller.session)?;
    one_time_token::end_all(connection, account)?;
    let token = caller.authenticate(connection, Method::Password, idle_hours)?;
    let record = Record::success(Action::ChangePassword, account).with(json!({"sessions_ended": ended}));
    record.write(connection, visitor)?;
    Ok(token)
}
