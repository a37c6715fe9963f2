//! Ending a session.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::Session;
use tallykeep_domain::SessionId;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// Ends a session of the account. An access token that was drawn from it stays good for the rest of its ten minutes.
#[utoipa::path(
    tag = "session",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Ended."), Problems),
    security(("session" = []))
)]
#[delete("/auth/sessions/{id}")]
pub(crate) async fn revoke_session(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: SessionId = path.parse().map_err(Problem::bad_request)?;
    let account = caller.account.id;
    run_db_as(&state.pool, account, move |connection| {
        if Session::delete(connection, account, id)? == 0 {
            return Err(Problem::not_found("session_not_found", format!("there is no session {id}")));
        }
        let record = Record::success(Action::RevokeSession, account).with(json!({"session": id}));
        Ok(record.write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
