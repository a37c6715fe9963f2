//! Deciding over a group.

use actix_web::{patch, web};
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{
    as_operator,
    models::{Account, Group},
};
use tallykeep_domain::{AccountId, GroupName};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use super::{list::GroupResponse, not_found};
use crate::{
    State,
    audit::{Action, Record},
    second_factor,
    session::Administrator,
};

/// What to change. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeGroupRequest {
    /// Whether its members sign in with two factors or not at all.
    requires_second_factor: Option<bool>,
}

/// Changes what is asked of the members of a group. Only an administrator may.
///
/// Where a second factor is asked for, sessions of members that were opened without one end. With their next sign-in those
/// who have none enrol one, and reach nothing before. API keys are credentials of machines, and go on.
#[utoipa::path(
    tag = "administration",
    params(("name" = String, Path, pattern = "^[a-z][a-z0-9-]{0,62}$", example = "family")),
    responses((status = 200, body = GroupResponse), Problems),
    security(("session" = []))
)]
#[patch("/auth/admin/groups/{name}")]
pub(crate) async fn change_group(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<ChangeGroupRequest>,
) -> Result<web::Json<GroupResponse>, Problem> {
    let name: GroupName = path.parse().map_err(Problem::bad_request)?;
    let (actor, required) = (administrator.0.account.id, body.requires_second_factor);
    let group = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            // Before the group and its members, as wherever administrators are locked.
            administrator.hold(connection)?;
            match required {
                Some(required) => require(connection, &name, required, actor, &visitor),
                None => Group::hold(connection, &name)?.ok_or_else(|| not_found(&name)),
            }
        })
    })
    .await?;
    Ok(web::Json(group.into()))
}

/// Who joins waits for this, or is a member already: see [`Group::hold`].
fn require(
    connection: &mut PgConnection,
    name: &GroupName,
    required: bool,
    actor: AccountId,
    visitor: &Visitor,
) -> Result<Group, Problem> {
    let group = Group::require_second_factor(connection, name, required)?.ok_or_else(|| not_found(name))?;
    let mut ended = 0;
    if required {
        for member in Group::members(connection, name)? {
            Account::lock(connection, member)?;
            ended += second_factor::end_what_falls_short(connection, member)?;
        }
    }
    let detail = json!({"group": name.as_str(), "requires_second_factor": required, "sessions_ended": ended});
    Record::success(Action::ChangeGroup, actor).with(detail).write(connection, visitor)?;
    Ok(group)
}
