//! Giving a sign-in up.

use actix_web::{HttpResponse, delete, web};
use tallykeep_service::{Problem, Problems, run_db_as};

use crate::{State, host_cookie::PENDING_SIGN_IN, session::PendingSignIn};

/// Ends the sign-in that this browser has begun.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "It is to be begun anew."), Problems),
    security(("pending_sign_in" = []))
)]
#[delete("/auth/pending-sign-in")]
pub(crate) async fn give_up_sign_in(
    state: web::Data<State>,
    pending: PendingSignIn,
) -> Result<HttpResponse, Problem> {
    let account = pending.account.id;
    run_db_as(&state.pool, account, move |connection| pending.use_up(connection)).await?;
    Ok(HttpResponse::NoContent().cookie(PENDING_SIGN_IN.removal(&state)).finish())
}
