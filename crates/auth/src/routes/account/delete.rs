//! Deleting one's own account.

use actix_web::{HttpResponse, delete, web};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tallykeep_database::as_operator;
use tallykeep_service::{Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    audit::Action,
    confirmation::confirm_password,
    session::{SignedIn, removal_cookie},
    standing::{Decider, mark_for_erasure},
};

/// Proof that it is the owner who asks, and not who found the browser.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteAccountRequest {
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// What happens to an account that was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeletionResponse {
    /// When it is erased. Until then an administrator can call it off.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) erase_after: Option<Timestamp>,
}

/// Deletes one's own account, and its data in all services.
///
/// It is signed out everywhere and kept out at once, and erased after some days. Until then an administrator can let it
/// in again. The last administrator cannot go.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = DeletionResponse), Problems),
    security(("session" = []))
)]
#[delete("/auth/account")]
pub(crate) async fn delete_account(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: web::Json<DeleteAccountRequest>,
) -> Result<HttpResponse, Problem> {
    let (id, password) = (caller.account.id, body.into_inner().password);
    confirm_password(&state, &caller, password, Action::DeleteAccount, &visitor).await?;
    let days = state.erasure_days;
    let account = run_db(&state.pool, move |connection| {
        let decider = Decider { account: Some(id), visitor: &visitor };
        as_operator(connection, |connection| mark_for_erasure(connection, id, days, &decider))
    })
    .await?;
    let response = DeletionResponse { erase_after: account.erase_after };
    Ok(HttpResponse::Ok().cookie(removal_cookie(&state)).json(response))
}
