//! Taking an account out of a group.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::{as_operator, models::Group};
use tallykeep_domain::{AccountId, GroupName};
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use super::check;
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Takes an account out of a group. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("name" = String, Path, example = "family"), ("account" = String, Path, format = Uuid)),
    responses((status = 204, description = "It is not in the group."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/groups/{name}/members/{account}")]
pub(crate) async fn leave_group(
    state: web::Data<State>,
    Administrator(caller): Administrator,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let group: GroupName = path.0.parse().map_err(Problem::bad_request)?;
    let account: AccountId = path.1.parse().map_err(Problem::bad_request)?;
    let actor = caller.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            check(connection, &group, account)?;
            if !Group::leave(connection, &group, account)? {
                return Ok(());
            }
            let record = Record::success(Action::LeaveGroup, account).by(actor);
            Ok::<_, Problem>(record.with(json!({"group": group.as_str()})).write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
