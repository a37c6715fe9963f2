//! Deleting somebody's account.

use actix_web::{delete, web};
use tallykeep_database::as_operator;
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use crate::{
    State,
    routes::account::delete::DeletionResponse,
    session::Administrator,
    standing::{Decider, mark_for_erasure},
};

/// Deletes an account, and its data in all services, with the same days of grace as if its owner did. Only an
/// administrator may. The last one cannot go.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = DeletionResponse), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/accounts/{id}")]
pub(crate) async fn delete_any_account(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<web::Json<DeletionResponse>, Problem> {
    let id: AccountId = path.parse().map_err(Problem::bad_request)?;
    let (actor, days) = (administrator.0.account.id, state.erasure_days);
    let account = run_db(&state.pool, move |connection| {
        let decider = Decider { account: Some(actor), visitor: &visitor };
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            mark_for_erasure(connection, id, days, &decider)
        })
    })
    .await?;
    Ok(web::Json(DeletionResponse { erase_after: account.erase_after }))
}
