//! Removing a rule.

use actix_web::{HttpResponse, delete, web};
use tallykeep_database::{as_operator, models};
use tallykeep_domain::AccessRuleId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use super::{detail, not_found};
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// Removes a rule. What it was about is decided by the next one that fits, or is open to whoever is signed in. Only an
/// administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/access-rules/{id}")]
pub(crate) async fn delete_access_rule(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: AccessRuleId = path.parse().map_err(Problem::bad_request)?;
    let actor = administrator.0.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let row = models::AccessRule::delete(connection, id)?.ok_or_else(|| not_found(id))?;
            let record = Record::success(Action::DeleteAccessRule, actor).with(detail(&row));
            Ok::<_, Problem>(record.write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
