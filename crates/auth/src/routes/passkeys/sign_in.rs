//! Signing in by passkey.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::AssertionRequest;
use crate::{
    State,
    cross_site::FromNoOtherSite,
    passkey::{Browser, Presented, Purpose},
    rate_limit,
    routes::{account::AccountResponse, sign_in::respond},
    session::Method,
    sign_in::SignIn,
};

/// Signs in by a passkey alone, and sets the session cookie. Its device has verified its person, so it is two factors.
///
/// Wrong passwords do not lock it: who guesses at those has no passkey, and its person still comes in. Whatever is wrong
/// with a passkey is answered alike.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in."), Problems)
)]
#[post("/auth/login/passkey")]
pub(crate) async fn sign_in_by_passkey(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    browser: Browser,
    body: Json<AssertionRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let sign_in = SignIn::new(&state, visitor.clone(), Method::Passkey.into());
    let assertion = body.into_inner().credential;
    let presented = Presented { visitor, browser, purpose: Purpose::SignIn, account: None, assertion };
    let opened = presented.prove(&state, |connection, account| sign_in.open(connection, account)).await?;
    state.outbox.call();
    Ok(respond(opened))
}
