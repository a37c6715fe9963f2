//! Beginning to give a passkey as the second factor.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Problem, Problems};

use crate::{
    State,
    passkey::{self, Browser, PasskeyOptions, Purpose},
    session::Claimant,
};

/// Answers what a browser is to ask its devices for, to go on with the sign-in that waits for a second factor.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = PasskeyOptions), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factor/passkey/options")]
pub(crate) async fn begin_passkey_second_factor(
    state: web::Data<State>,
    claimant: Claimant,
    browser: Browser,
) -> Result<HttpResponse, Problem> {
    let begun = state.relying_party()?.begin_assertion()?;
    passkey::begin(&state, &browser, Purpose::SecondFactor, Some(claimant.account().id), begun).await
}
