//! Beginning to add a passkey.

use actix_web::{HttpResponse, post, web};
use tallykeep_database::models::Passkey;
use tallykeep_service::{Problem, Problems, run_db_as};

use crate::{
    State,
    passkey::{self, Browser, PasskeyOptions, Purpose},
    second_factor::refuse_to_add,
    session::Claimant,
};

/// Answers what a browser is to have its device make. Devices that hold a passkey of the account already are left out.
///
/// A session needs a proof within the last ten minutes, and with two factors if there is a second one already. A sign-in
/// that waits for a second factor may do this where there is none yet.
#[utoipa::path(
    tag = "passkeys",
    responses((status = 200, body = PasskeyOptions), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/passkeys/options")]
pub(crate) async fn begin_passkey_registration(
    state: web::Data<State>,
    claimant: Claimant,
    browser: Browser,
) -> Result<HttpResponse, Problem> {
    claimant.refuse_unless_recent()?;
    let (party, account) = (state.relying_party()?, claimant.account().clone());
    let id = account.id;
    let known = run_db_as(&state.pool, id, move |connection| {
        refuse_to_add(connection, &claimant)?;
        Ok(Passkey::list(connection, id)?)
    })
    .await?;
    let begun = party.begin_registration(&account, known)?;
    passkey::begin(&state, &browser, Purpose::Register, Some(id), begun).await
}
