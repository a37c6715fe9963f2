//! Giving a passkey as the second factor.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::AssertionRequest;
use crate::{
    State,
    passkey::{Browser, Presented, Purpose},
    routes::{account::AccountResponse, sign_in::respond},
    second_factor::Proceed,
    session::{Claimant, Method},
};

/// Takes a passkey of the account. A sign-in that waits for it is complete then; a session is one of two factors.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in with two factors."), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factor/passkey")]
pub(crate) async fn give_passkey_as_second_factor(
    state: web::Data<State>,
    claimant: Claimant,
    visitor: Visitor,
    browser: Browser,
    body: Json<AssertionRequest>,
) -> Result<HttpResponse, Problem> {
    let account = Some(claimant.account().id);
    let proceed = Proceed::new(&state, visitor.clone(), claimant, Method::Passkey);
    let assertion = body.into_inner().credential;
    let presented = Presented { visitor, browser, purpose: Purpose::SecondFactor, account, assertion };
    let opened = presented.prove(&state, move |connection, _| proceed.go(connection)).await?;
    state.outbox.call();
    Ok(respond(opened))
}
