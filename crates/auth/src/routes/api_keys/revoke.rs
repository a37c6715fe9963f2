//! Revoking an API key.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::ApiKey;
use tallykeep_domain::ApiKeyId;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

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
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = path.parse().map_err(Problem::bad_request)?;
    let account = caller.account.id;
    run_db_as(&state.pool, account, move |connection| {
        if ApiKey::delete(connection, account, id)? == 0 {
            return Err(Problem::not_found("api_key_not_found", format!("there is no API key {id}")));
        }
        let record = Record::success(Action::RevokeApiKey, account).with(json!({"api_key": id}));
        Ok(record.write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
