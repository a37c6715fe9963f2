//! Putting the rules into an order.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{as_operator, models};
use tallykeep_domain::AccessRuleId;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
};

/// An order of the rules.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessRuleOrderRequest {
    /// All of them, each once; the first is asked first.
    #[schema(value_type = Vec<uuid::Uuid>)]
    ids: Vec<AccessRuleId>,
}

/// Puts the rules into an order. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    responses((status = 204, description = "They are in that order."), Problems),
    security(("session" = []))
)]
#[put("/auth/admin/access-rules/order")]
pub(crate) async fn order_access_rules(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    body: Json<AccessRuleOrderRequest>,
) -> Result<HttpResponse, Problem> {
    let ids = body.into_inner().ids;
    let actor = administrator.0.account.id;
    run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let known = models::AccessRule::lock_all(connection)?;
            let is_complete = known.len() == ids.len()
                && known.iter().map(|rule| rule.id).collect::<BTreeSet<_>>() == ids.iter().copied().collect();
            if !is_complete {
                let detail = "those are not the access rules, each once; they may have changed meanwhile";
                return Err(Problem::conflict("access_rules_changed", detail));
            }
            models::AccessRule::put_in_order(connection, &ids)?;
            let record = Record::success(Action::OrderAccessRules, actor).with(json!({"access_rules": ids}));
            Ok(record.write(connection, &visitor)?)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
