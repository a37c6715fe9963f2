//! Putting an account into a group.

use actix_web::{HttpResponse, put, web};
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::json;
use tallykeep_database::{as_operator, models::Group};
use tallykeep_domain::{AccountId, GroupName};
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use super::{check, not_found};
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Puts an account into a group. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("name" = String, Path, example = "family"), ("account" = String, Path, format = Uuid)),
    responses((status = 204, description = "It is in the group."), Problems),
    security(("session" = []))
)]
#[put("/auth/admin/groups/{name}/members/{account}")]
pub(crate) async fn join_group(
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
            if !Group::join(connection, &group, account).map_err(|error| refuse_gone(error, &group))? {
                return Ok(());
            }
            let record = Record::success(Action::JoinGroup, account).by(actor);
            Ok::<_, Problem>(record.with(json!({"group": group.as_str()})).write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The group may have been removed since it was looked for.
fn refuse_gone(error: Error, group: &GroupName) -> Problem {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => not_found(group),
        error => error.into(),
    }
}
