//! Ending all sessions but one's own.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::{PendingSignIn, Session};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// Ends all sessions of the account but this one. Access tokens that were drawn from them stay good for the rest of
/// their ten minutes.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "Ended, if there were any."), Problems),
    security(("session" = []))
)]
#[delete("/auth/sessions")]
pub(crate) async fn revoke_other_sessions(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let account = caller.account.id;
    run_db_as(&state.pool, account, move |connection| {
        let ended = Session::delete_others(connection, account, caller.session)?;
        PendingSignIn::delete_all(connection, account)?;
        let record = Record::success(Action::RevokeOtherSessions, account);
        Ok(record.with(json!({"sessions_ended": ended})).write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
