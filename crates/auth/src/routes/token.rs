//! Trading the session cookie for an access token.

use actix_web::{HttpResponse, http::header, post, web};
use serde::Serialize;
use tallykeep_domain::Scopes;
use tallykeep_service::{Problem, Problems};
use utoipa::ToSchema;

use crate::{State, access_token, keys::ACCESS_TOKEN_SECONDS, session::SignedIn};

/// An access token (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessTokenResponse {
    /// The token, a JWT (RFC 9068).
    access_token: String,
    /// `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// How long it is good, in seconds.
    #[schema(example = 600)]
    expires_in: u64,
    /// Scopes, separated by spaces.
    scope: String,
}

/// An access token for the other services, from the session of this browser, whose cookie is renewed on the way.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccessTokenResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/token")]
pub(crate) async fn create_access_token(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    let claims = access_token::of_session(&caller.account, caller.session, &state.public_url);
    let access_token = state.signing_keys.sign_access_token(&claims).await?;
    let token = caller.rotate(&state).await?;
    let response = AccessTokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_SECONDS,
        scope: Scopes::all().to_string(),
    };
    let mut answer = HttpResponse::Ok();
    if let Some(token) = token {
        answer.cookie(token.cookie(&state));
    }
    Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
