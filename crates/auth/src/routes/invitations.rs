//! Inviting people.

pub(crate) mod list;
pub(crate) mod revoke;

use actix_web::{HttpResponse, http::header, post, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::{as_operator, models::Invitation};
use tallykeep_domain::{AccountId, InvitationId};
use tallykeep_service::{Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    invitation::{Given, give},
    session::Administrator,
};

/// Leave to register, to be handed over.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: InvitationId,
    /// The token to register with. It is shown once and works once.
    invitation: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// An invitation that was given and not used, without its token.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenInvitation {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: InvitationId,
    /// Who gave it.
    #[schema(value_type = String, format = Uuid)]
    account_id: AccountId,
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Invitation> for GivenInvitation {
    fn from(invitation: Invitation) -> Self {
        let Invitation { id, account_id, created_at, expires_at } = invitation;
        Self { id, account_id, created_at, expires_at }
    }
}

/// Invites somebody to register. Only an administrator may.
#[utoipa::path(
    tag = "account",
    responses((status = 201, body = InvitationResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/invitations")]
pub(crate) async fn create_invitation(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let given = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            give(connection, administrator.0.account.id, &visitor)
        })
    });
    let Given { id, token: invitation, expires_at } = given.await?;
    let response = InvitationResponse { id, invitation, expires_at };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
