//! All groups.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::{as_operator, models::Group};
use tallykeep_service::{Problem, Problems, run_db};
use utoipa::ToSchema;

use crate::{State, session::Administrator};

/// All groups.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupsResponse {
    /// By name.
    items: Vec<GroupResponse>,
}

/// A group of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupResponse {
    /// Its name.
    #[schema(example = "family")]
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Whether its members sign in with two factors or not at all.
    requires_second_factor: bool,
}

impl From<Group> for GroupResponse {
    fn from(Group { name, created_at, requires_second_factor }: Group) -> Self {
        Self { name, created_at, requires_second_factor }
    }
}

/// All groups. Who is in which is told with the accounts. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    responses((status = 200, body = GroupsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/groups")]
pub(crate) async fn list_groups(
    state: web::Data<State>,
    _: Administrator,
) -> Result<web::Json<GroupsResponse>, Problem> {
    let groups = run_db(&state.pool, |connection| as_operator(connection, Group::list)).await?;
    Ok(web::Json(GroupsResponse { items: groups.into_iter().map(Into::into).collect() }))
}
