//! Inviting people.

pub(crate) mod list;
pub(crate) mod revoke;

use actix_web::{HttpResponse, http::header, post, web};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use tallykeep_database::models::{Invitation, NewInvitation};
use tallykeep_domain::{AccountId, InvitationId};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as, token_hash};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
    token::random_token,
};

pub(crate) const VALID_HOURS: i64 = 7 * 24;

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
    Administrator(caller): Administrator,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let (account, id) = (caller.account.id, InvitationId::generate());
    let invitation = random_token()?;
    let hash = token_hash(&invitation);
    let expires_at = Timestamp::now() + SignedDuration::from_hours(VALID_HOURS);
    run_db_as(&state.pool, account, move |connection| {
        let row =
            NewInvitation { account_id: account.as_uuid(), id: id.as_uuid(), token_hash: &hash, expires_at };
        row.insert(connection)?;
        let record = Record::success(Action::Invite, account).with(json!({"invitation": id}));
        Ok(record.write(connection, &visitor)?)
    })
    .await?;
    let response = InvitationResponse { id, invitation, expires_at };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
