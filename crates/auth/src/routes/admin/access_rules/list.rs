//! All rules.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::{as_operator, models};
use tallykeep_service::{Problem, Problems, run_db};
use utoipa::ToSchema;

use super::AccessRuleResponse;
use crate::{State, access_rules::AccessRules, session::Administrator};

/// All rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessRulesResponse {
    /// In the order in which they are asked.
    items: Vec<AccessRuleResponse>,
}

/// The rules about who may use which tool behind the sign-in. The first that is about host, path and method of a request
/// decides alone; without one, whoever is signed in may. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    responses((status = 200, body = AccessRulesResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/access-rules")]
pub(crate) async fn list_access_rules(
    state: web::Data<State>,
    _: Administrator,
) -> Result<web::Json<AccessRulesResponse>, Problem> {
    let rows = run_db(&state.pool, |connection| as_operator(connection, models::AccessRule::list)).await?;
    let rules = AccessRules::parse(&rows)?;
    Ok(web::Json(AccessRulesResponse { items: rules.into_iter().map(Into::into).collect() }))
}
