//! Signing out.

use actix_web::{HttpResponse, post, web};
use tallykeep_database::models::Session;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    host_cookie::PENDING_SIGN_IN,
    session::{SignedIn, removal_cookie},
};

/// Ends the session of this browser.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "Signed out."), Problems),
    security(("session" = []))
)]
#[post("/auth/logout")]
pub(crate) async fn log_out(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let (account, session) = (caller.account.id, caller.session);
    run_db_as(&state.pool, account, move |connection| {
        Session::delete(connection, account, session)?;
        Ok(Record::success(Action::SignOut, account).write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent()
        .cookie(removal_cookie(&state))
        .cookie(PENDING_SIGN_IN.removal(&state))
        .finish())
}
