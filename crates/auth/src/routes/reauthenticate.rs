//! Giving the password once more.

use actix_web::{HttpResponse, post, web};
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    confirmation::confirm_password,
    routes::sign_in::with_cookies,
    second_factor,
    session::{Method, SignedIn},
};

/// Proof that the person at the browser is the one who signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReauthenticateRequest {
    /// The password of the account.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Takes the password once more, for changes that need it within the last ten minutes, and gives the session another
/// cookie. The old one is void at once.
///
/// Where the account has a second factor, that is what to give instead, at `/auth/second-factor/`.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "The password is right."), Problems),
    security(("session" = []))
)]
#[post("/auth/reauthenticate")]
pub(crate) async fn reauthenticate(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: Json<ReauthenticateRequest>,
) -> Result<HttpResponse, Problem> {
    // The session was opened with the password, and who stole it may know that, or find it filled in by the browser. What
    // they lack is the other factor.
    if !second_factor::find_enrolled(&state, caller.account.id).await?.is_empty() {
        return Err(second_factor::needed());
    }
    let password = body.into_inner().password;
    let confirmed = confirm_password(&state, &caller, password, Action::Reauthenticate, &visitor).await?;
    let (account, idle_hours) = (caller.account.id, state.session_idle_hours);
    let token = run_db_as(&state.pool, account, move |connection| {
        confirmed.hold(connection, &caller)?;
        let token = caller.authenticate(connection, Method::Password, idle_hours)?;
        Record::success(Action::Reauthenticate, account).write(connection, &visitor)?;
        Ok(token)
    })
    .await?;
    Ok(with_cookies(HttpResponse::NoContent(), vec![token.cookie(&state)]).finish())
}
