//! Making recovery codes anew.

use actix_web::{HttpResponse, http::header, post, web};
use serde::Serialize;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use crate::{State, second_factor::renew_recovery_codes, session::RecentlyAuthenticated};

/// Codes to write down. They are shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodesResponse {
    /// Ten, each good once.
    recovery_codes: Vec<String>,
}

/// Makes recovery codes; those that there were are void.
#[utoipa::path(
    tag = "account",
    responses((status = 201, body = RecoveryCodesResponse, description = "Made."), Problems),
    security(("session" = []))
)]
#[post("/auth/second-factors/recovery-codes")]
pub(crate) async fn create_recovery_codes(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let account = caller.account.id;
    let renew = move |connection: &mut _| renew_recovery_codes(connection, &caller, &visitor);
    let recovery_codes = run_db_as(&state.pool, account, renew).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(RecoveryCodesResponse { recovery_codes }))
}
