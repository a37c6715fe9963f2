//! Adding a rule.

use actix_web::{HttpResponse, post, web};
use tallykeep_database::{as_operator, models};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};

use super::{AccessRuleRequest, AccessRuleResponse, detail, refuse_unknown_groups};
use crate::{
    State,
    access_rules::AccessRule,
    audit::{Action, Record},
    session::Administrator,
};

/// Each request for a tool is held against all of them.
const MOST_RULES: usize = 200;

/// Adds a rule after all others. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    responses((status = 201, body = AccessRuleResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/admin/access-rules")]
pub(crate) async fn create_access_rule(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    body: Json<AccessRuleRequest>,
) -> Result<HttpResponse, Problem> {
    let terms = body.parse(&state)?;
    let actor = administrator.0.account.id;
    let row = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            if models::AccessRule::lock_all(connection)?.len() >= MOST_RULES {
                let detail = format!("there can be {MOST_RULES} access rules; delete one first");
                return Err(Problem::conflict("access_rules_too_many", detail));
            }
            refuse_unknown_groups(connection, &terms)?;
            let row = models::AccessRule::append(connection, &terms)?;
            let record = Record::success(Action::CreateAccessRule, actor).with(detail(&row));
            record.write(connection, &visitor)?;
            Ok(row)
        })
    })
    .await?;
    Ok(HttpResponse::Created().json(AccessRuleResponse::from(AccessRule::parse(&row)?)))
}
