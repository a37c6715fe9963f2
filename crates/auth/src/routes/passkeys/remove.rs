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
    second_factor,
    session::RecentlyAuthenticated,
    way_in,
};

/// Removes a passkey. Its device keeps it, and it opens nothing any more. Every other session ends; with the last second
/// factor the recovery codes go, too. Where one of the account's groups or its role asks for a second factor, the last one
/// stays, and so does what alone signs in.
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
    let shared = state.clone();
    run_db_as(&state.pool, caller.account.id, move |connection| {
        second_factor::remove(connection, &shared, &caller, |connection, account| {
            let passkey = Passkey::delete(connection, account.id, id)?.ok_or_else(|| not_found(id))?;
            way_in::refuse_without(connection, &shared.providers, account)?;
            let detail = json!({"passkey": id, "name": passkey.name});
            Record::success(Action::RemovePasskey, account.id).with(detail).write(connection, &visitor)?;
            Ok(shared.outbox.put(connection, &Mail::to(Kind::PasskeyRemoved, account))?)
        })
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
