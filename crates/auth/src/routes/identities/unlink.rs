//! Unlinking an identity.

use std::sync::Arc;

use actix_web::{HttpResponse, delete, web};
use diesel::PgConnection;
use serde_json::json;
use tallykeep_database::models::Identity;
use tallykeep_domain::IdentityId;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    federation::Providers,
    session::{RecentlyAuthenticated, SignedIn},
    way_in,
};

/// Unlinks an identity, which then signs nobody in. Sessions go on. The last way in stays.
#[utoipa::path(
    tag = "session",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Unlinked."), Problems),
    security(("session" = []))
)]
#[delete("/auth/identities/{id}")]
pub(crate) async fn unlink_identity(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: IdentityId = path.parse().map_err(Problem::bad_request)?;
    let (account, providers) = (caller.account.id, Arc::clone(&state.providers));
    run_db_as(&state.pool, account, move |connection| {
        let issuer = unlink(connection, &providers, &caller, id)?;
        let record = Record::success(Action::UnlinkIdentity, account).with(json!({"issuer": issuer}));
        Ok(record.write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Answers whose it was. Of two at once the second waits, and finds out whether its one is the last.
fn unlink(
    connection: &mut PgConnection,
    providers: &Providers,
    caller: &SignedIn,
    id: IdentityId,
) -> Result<String, Problem> {
    let account = caller.hold(connection)?;
    let this = Identity::list(connection, account.id)?
        .into_iter()
        .find(|identity| identity.id == id)
        .ok_or_else(|| Problem::not_found("identity_not_found", format!("there is no identity {id}")))?;
    Identity::delete(connection, account.id, id)?;
    way_in::refuse_without(connection, providers, &account)?;
    Ok(this.issuer)
}
