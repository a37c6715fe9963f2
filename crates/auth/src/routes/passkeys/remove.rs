//! Removing a passkey.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::Passkey;
use tallykeep_domain::PasskeyId;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use super::not_found;
use crate::{
    State,
    audit::{Action, Record},
    mail::{Kind, Mail},
    session::RecentlyAuthenticated,
};

/// Removes a passkey. Its device keeps it, and it opens nothing any more; sessions that it has opened go on.
#[utoipa::path(
    tag = "passkeys",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/passkeys/{id}")]
pub(crate) async fn remove_passkey(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: PasskeyId = path.parse().map_err(Problem::bad_request)?;
    let (account, outbox) = (caller.account, state.outbox.clone());
    run_db_as(&state.pool, account.id, move |connection| {
        let passkey = Passkey::delete(connection, account.id, id)?.ok_or_else(|| not_found(id))?;
        let detail = json!({"passkey": id, "name": passkey.name});
        Record::success(Action::RemovePasskey, account.id).with(detail).write(connection, &visitor)?;
        Ok(outbox.put(connection, &Mail::to(Kind::PasskeyRemoved, &account))?)
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
