//! Taking an account out of a group.

use actix_web::{HttpResponse, delete, web};
use tallykeep_database::models::Group;
use tallykeep_service::{Problem, Problems, Visitor};

use super::Membership;
use crate::{State, audit::Action, session::Administrator};

/// Takes an account out of a group. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("name" = String, Path, pattern = "^[a-z][a-z0-9-]{0,62}$", example = "family"), ("account" = String, Path, format = Uuid)),
    responses((status = 204, description = "It is not in the group."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/groups/{name}/members/{account}")]
pub(crate) async fn leave_group(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let membership = Membership::parse(&path, administrator, visitor)?;
    membership.change(&state, Action::LeaveGroup, Group::leave).await
}
