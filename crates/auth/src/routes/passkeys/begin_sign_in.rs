//! Beginning to sign in by passkey.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Problem, Problems, Visitor};

use crate::{
    State,
    cross_site::FromNoOtherSite,
    passkey::{self, Browser, PasskeyOptions, Purpose},
    rate_limit,
};

/// Answers what a browser is to ask its devices for, to sign in with nothing else. Nobody is named: the passkey tells who
/// it is, so the answer is the same for everybody.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = PasskeyOptions), Problems)
)]
#[post("/auth/login/passkey/options")]
pub(crate) async fn begin_passkey_sign_in(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    browser: Browser,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let begun = state.relying_party()?.begin_assertion()?;
    passkey::begin(&state, &browser, Purpose::SignIn, None, begun).await
}
