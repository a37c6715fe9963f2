//! Removing an app that makes codes.

use actix_web::{HttpResponse, delete, web};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{State, second_factor::remove_totp, session::RecentlyAuthenticated};

/// Removes the app: its codes are good no more. Every other session ends; with the last second factor the recovery codes go,
/// too. Where one of the account's groups or its role asks for a second factor, the last one stays.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/second-factors/totp")]
pub(crate) async fn remove_own_totp(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    run_db_as(&state.pool, caller.account.id, move |connection| {
        remove_totp(connection, &shared, &caller, &visitor)
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
