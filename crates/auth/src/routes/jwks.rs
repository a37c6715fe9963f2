//! The keys that access tokens are verified with.

use actix_web::{HttpResponse, get, http::header, web};
use tallykeep_service::{Problem, Problems};
use utoipa::ToSchema;

use crate::State;

/// Public keys (RFC 7517 §5).
#[derive(ToSchema)]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct KeySetResponse {
    /// Those that tokens are signed with, lately were, or soon will be.
    keys: Vec<PublicKey>,
}

/// A public key (RFC 7517 §4), which is Ed25519 (RFC 8037 §2) or RSA (RFC 7518 §6.3).
#[derive(ToSchema)]
#[expect(dead_code, reason = "declared for the document")]
struct PublicKey {
    /// `OKP` or `RSA`.
    #[schema(example = "OKP")]
    kty: String,
    /// What tokens name it.
    kid: String,
    /// `EdDSA` or `RS256`.
    #[schema(example = "EdDSA")]
    alg: String,
    /// What it is for: `sig`.
    #[schema(rename = "use", example = "sig")]
    purpose: String,
    /// `Ed25519`; of `OKP` only, and so is `x`.
    crv: Option<String>,
    /// The key, in base64url.
    x: Option<String>,
    /// The modulus, in base64url; of `RSA` only, and so is `e`.
    n: Option<String>,
    /// The exponent, in base64url.
    e: Option<String>,
}

/// The public keys, as a JSON Web Key Set (RFC 7517).
#[utoipa::path(tag = "session", responses((status = 200, body = KeySetResponse), Problems))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn list_keys(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let keys = state.signing_keys.published().await?;
    let mut response = HttpResponse::Ok();
    Ok(response.insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(keys))
}
