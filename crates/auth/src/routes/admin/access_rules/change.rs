//! Having a rule say something else.

use actix_web::{put, web};
use tallykeep_database::{as_operator, models};
use tallykeep_domain::AccessRuleId;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};

use super::{AccessRuleRequest, AccessRuleResponse, detail, not_found, refuse_unknown_groups};
use crate::{
    State,
    access_rules::AccessRule,
    audit::{Action, Record},
    session::Administrator,
};

/// Has a rule say something else, in its place among the others. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = AccessRuleResponse), Problems),
    security(("session" = []))
)]
#[put("/auth/admin/access-rules/{id}")]
pub(crate) async fn change_access_rule(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<AccessRuleRequest>,
) -> Result<web::Json<AccessRuleResponse>, Problem> {
    let id: AccessRuleId = path.parse().map_err(Problem::bad_request)?;
    let terms = body.parse(&state)?;
    let actor = administrator.0.account.id;
    let row = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            refuse_unknown_groups(connection, &terms)?;
            let row = models::AccessRule::change(connection, id, &terms)?.ok_or_else(|| not_found(id))?;
            let record = Record::success(Action::ChangeAccessRule, actor).with(detail(&row));
            record.write(connection, &visitor)?;
            Ok::<_, Problem>(row)
        })
    })
    .await?;
    Ok(web::Json(AccessRule::parse(&row)?.into()))
}
