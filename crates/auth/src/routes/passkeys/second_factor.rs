//! Giving a passkey as the second factor.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Problem, Problems, Visitor};

use super::AssertionRequest;
use crate::{
    State,
    cross_site::FromNoOtherSite,
    passkey::{Attempt, Browser, Purpose},
    routes::{account::AccountResponse, sign_in::respond},
    session::{Method, PendingSignIn},
    sign_in::SignIn,
};

/// Goes on with the sign-in that waits for a second factor, and sets the session cookie. The passkey has to be one of the
/// account that the password was of.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in."), Problems)
)]
#[post("/auth/second-factor/passkey")]
pub(crate) async fn give_passkey_as_second_factor(
    _: FromNoOtherSite,
    state: web::Data<State>,
    pending: PendingSignIn,
    visitor: Visitor,
    browser: Browser,
    body: web::Json<AssertionRequest>,
) -> Result<HttpResponse, Problem> {
    let methods = pending.methods.clone().and(Method::Passkey);
    let sign_in = SignIn::new(&state, visitor.clone(), methods)?;
    let assertion = body.into_inner().credential;
    let account = Some(pending.account.id);
    let attempt = Attempt { visitor, browser, purpose: Purpose::SecondFactor, account, assertion };
    let opened = attempt
        .prove(&state, move |connection, account| {
            pending.use_up(connection)?;
            sign_in.open(connection, account)
        })
        .await?;
    state.outbox.call();
    Ok(respond(opened))
}
