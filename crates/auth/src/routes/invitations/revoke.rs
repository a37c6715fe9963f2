//! Revoking an invitation.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::{as_operator, models::Invitation};
use tallykeep_domain::InvitationId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Revokes an invitation, whoever gave it. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Revoked."), Problems),
    security(("session" = []))
)]
#[delete("/auth/invitations/{id}")]
pub(crate) async fn revoke_invitation(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: InvitationId = path.parse().map_err(Problem::bad_request)?;
    let actor = administrator.0.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let inviter = Invitation::revoke(connection, id)?.ok_or_else(|| {
                Problem::not_found("invitation_not_found", format!("there is no invitation {id}"))
            })?;
            let record = Record::success(Action::RevokeInvitation, inviter).by(actor);
            Ok::<_, Problem>(record.with(json!({"invitation": id})).write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
