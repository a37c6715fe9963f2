//! Beginning to prove by passkey, once more, who is there.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Problem, Problems};

use crate::{
    State,
    passkey::{self, Browser, PasskeyOptions, Purpose},
    session::SignedIn,
};

/// Answers what a browser is to ask its devices for, to prove once more who is there.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = PasskeyOptions), Problems),
    security(("session" = []))
)]
#[post("/auth/reauthenticate/passkey/options")]
pub(crate) async fn begin_passkey_reauthentication(
    state: web::Data<State>,
    caller: SignedIn,
    browser: Browser,
) -> Result<HttpResponse, Problem> {
    let begun = state.relying_party()?.begin_assertion()?;
    passkey::begin(&state, &browser, Purpose::Reauthenticate, Some(caller.account.id), begun).await
}
