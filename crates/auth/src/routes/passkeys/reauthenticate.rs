//! Proving by passkey, once more, who is there.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::AssertionRequest;
use crate::{
    State,
    audit::{Action, Record},
    passkey::{Browser, Presented, Purpose},
    routes::sign_in::with_cookies,
    session::{Method, SignedIn},
};

/// Takes a passkey of the account for the changes that need a proof within the last ten minutes, as
/// `/auth/reauthenticate` takes the password, and gives the session another cookie. The old one is void at once.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "The passkey is right."), Problems),
    security(("session" = []))
)]
#[post("/auth/reauthenticate/passkey")]
pub(crate) async fn reauthenticate_by_passkey(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    browser: Browser,
    body: Json<AssertionRequest>,
) -> Result<HttpResponse, Problem> {
    let (assertion, idle_hours) = (body.into_inner().credential, state.session_idle_hours);
    let (account, witness) = (Some(caller.account.id), visitor.clone());
    let presented = Presented { visitor, browser, purpose: Purpose::Reauthenticate, account, assertion };
    let token = presented
        .prove(&state, move |connection, account| {
            let token = caller.authenticate(connection, Method::Passkey, idle_hours)?;
            Record::success(Action::Reauthenticate, account.id).write(connection, &witness)?;
            Ok(token)
        })
        .await?;
    Ok(with_cookies(HttpResponse::NoContent(), vec![token.cookie(&state)]).finish())
}
