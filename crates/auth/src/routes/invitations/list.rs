//! Listing invitations.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::{as_operator, models::Invitation};
use tallykeep_service::{Problem, Problems, run_db};
use utoipa::ToSchema;

use super::GivenInvitation;
use crate::{State, session::Administrator};

/// All invitations that are still good.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationsResponse {
    /// Oldest first.
    items: Vec<GivenInvitation>,
}

/// The invitations that nobody has used and that have not ended, whoever gave them. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    responses((status = 200, body = InvitationsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/invitations")]
pub(crate) async fn list_invitations(
    state: web::Data<State>,
    _: Administrator,
) -> Result<web::Json<InvitationsResponse>, Problem> {
    let read = |connection: &mut _| as_operator(connection, Invitation::list);
    let invitations = run_db(&state.pool, read).await?;
    Ok(web::Json(InvitationsResponse { items: invitations.into_iter().map(Into::into).collect() }))
}
