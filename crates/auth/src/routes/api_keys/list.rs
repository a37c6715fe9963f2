//! Listing API keys.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::models::ApiKey;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use super::ApiKeyResponse;
use crate::{State, session::SignedIn};

/// All keys of the account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeysResponse {
    /// Oldest first.
    items: Vec<ApiKeyResponse>,
}

/// The account's API keys, without their secrets.
#[utoipa::path(
    tag = "api keys",
    responses((status = 200, body = ApiKeysResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/api-keys")]
pub(crate) async fn list_api_keys(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<ApiKeysResponse>, Problem> {
    let account = caller.account.id;
    let keys =
        run_db_as(&state.pool, account, move |connection| Ok(ApiKey::list(connection, account)?)).await?;
    Ok(web::Json(ApiKeysResponse { items: keys.into_iter().map(Into::into).collect() }))
}
