//! The keys that access tokens are verified with.

use actix_web::{HttpResponse, get, http::header, web};
use tallykeep_service::{Problem, Problems};

use crate::State;

/// The public keys, as a JSON Web Key Set (RFC 7517).
#[utoipa::path(tag = "session", responses((status = 200, body = serde_json::Value), Problems))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn list_keys(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let keys = state.signing_keys.published().await?;
    let mut response = HttpResponse::Ok();
    Ok(response.insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(keys))
}
