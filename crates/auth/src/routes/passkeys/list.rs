//! Listing passkeys.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::models::Passkey;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use super::PasskeyResponse;
use crate::{State, session::SignedIn};

/// The passkeys of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyListResponse {
    /// Oldest first.
    items: Vec<PasskeyResponse>,
}

/// Lists the account's passkeys.
#[utoipa::path(
    tag = "passkeys",
    responses((status = 200, body = PasskeyListResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/passkeys")]
pub(crate) async fn list_passkeys(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<PasskeyListResponse>, Problem> {
    let account = caller.account.id;
    let passkeys =
        run_db_as(&state.pool, account, move |connection| Ok(Passkey::list(connection, account)?)).await?;
    Ok(web::Json(PasskeyListResponse { items: passkeys.into_iter().map(Into::into).collect() }))
}
