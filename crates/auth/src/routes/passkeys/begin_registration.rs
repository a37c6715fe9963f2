//! Beginning to add a passkey.

use actix_web::{HttpResponse, post, web};
use tallykeep_database::models::Passkey;
use tallykeep_service::{Problem, Problems, run_db_as};

use crate::{
    State,
    passkey::{self, Browser, PasskeyOptions, Purpose},
    session::RecentlyAuthenticated,
};

/// Answers what a browser is to have its device make. Devices that hold a passkey of the account already are left out.
#[utoipa::path(
    tag = "passkeys",
    responses((status = 200, body = PasskeyOptions), Problems),
    security(("session" = []))
)]
#[post("/auth/passkeys/options")]
pub(crate) async fn begin_passkey_registration(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    browser: Browser,
) -> Result<HttpResponse, Problem> {
    let (party, account) = (state.relying_party()?, caller.account);
    let id = account.id;
    let known = run_db_as(&state.pool, id, move |connection| Ok(Passkey::list(connection, id)?)).await?;
    let begun = party.begin_registration(&account, known)?;
    passkey::begin(&state, &browser, Purpose::Register, Some(id), begun).await
}
