//! Removing somebody's second factors.

use actix_web::{HttpResponse, delete, web};
use tallykeep_database::as_operator;
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};

use crate::{
    State,
    session::Administrator,
    standing::{Decider, remove_second_factors},
};

/// Removes all second factors of an account and its recovery codes, for somebody who has lost them, ends its sessions, and
/// tells its person by mail. Only an administrator may.
///
/// Where a group or the role asks for a second factor, the next sign-in begins with enrolling one.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "There is none any more."), Problems),
    security(("session" = []))
)]
#[delete("/auth/admin/accounts/{id}/second-factors")]
pub(crate) async fn remove_any_second_factors(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: AccountId = path.parse().map_err(Problem::bad_request)?;
    let (actor, outbox) = (administrator.0.account.id, state.outbox.clone());
    run_db(&state.pool, move |connection| {
        let decider = Decider { account: Some(actor), visitor: &visitor };
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            remove_second_factors(connection, id, &decider, &outbox)
        })
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
