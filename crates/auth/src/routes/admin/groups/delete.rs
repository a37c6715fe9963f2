//! Removing a group.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::{as_operator, models::Group};
use tallykeep_domain::GroupName;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use super::not_found;
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Removes a group; its members are in it no longer. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("name" = String, Path, pattern = "^[a-z][a-z0-9-]{0,62}$", example = "family")),
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/groups/{name}")]
pub(crate) async fn delete_group(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let group: GroupName = path.parse().map_err(Problem::bad_request)?;
    let actor = administrator.0.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            if Group::delete(connection, &group)? == 0 {
                return Err(not_found(&group));
            }
            let record = Record::success(Action::DeleteGroup, actor);
            Ok::<_, Problem>(record.with(json!({"group": group.as_str()})).write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
