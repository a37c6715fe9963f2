//! Removing an application.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::{as_operator, models::Client};
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use super::not_found;
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Removes an application. Nobody signs in at it any more, and what it was given is void at once. Only an administrator
/// may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/clients/{id}")]
pub(crate) async fn delete_client(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: ClientId = path.parse().map_err(Problem::bad_request)?;
    let actor = administrator.0.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let client = Client::delete(connection, id)?.ok_or_else(|| not_found(id))?;
            let detail = json!({"client": id, "name": client.name});
            Ok::<_, Problem>(
                Record::success(Action::DeleteClient, actor).with(detail).write(connection, &visitor)?,
            )
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
