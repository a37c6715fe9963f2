//! Revoking an API key.

use actix_web::{HttpResponse, delete, web};
use tallykeep_database::models::ApiKey;
use tallykeep_domain::ApiKeyId;
use tallykeep_service::{Problem, Problems, run_db_as};

use crate::{State, session::SignedIn};

/// Revokes an API key. Other services may take it for some seconds more.
#[utoipa::path(
    tag = "api keys",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Revoked."), Problems),
    security(("session" = []))
)]
#[delete("/auth/api-keys/{id}")]
pub(crate) async fn revoke_api_key(
    state: web::Data<State>,
    caller: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = path.parse().map_err(Problem::bad_request)?;
    let account = caller.account.id;
    let revoked =
        run_db_as(&state.pool, account, move |connection| Ok(ApiKey::delete(connection, account, id)?))
            .await?;
    if revoked == 0 {
        return Err(Problem::not_found("api_key_not_found", format!("there is no API key {id}")));
    }
    tracing::info!("account.id" = %account, "api_key.id" = %id, "api_key_revoked");
    Ok(HttpResponse::NoContent().finish())
}
