//! Where applications, and clients with API keys, are given tokens.

use actix_web::{HttpRequest, HttpResponse, post, web};
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_service::{Problem, Problems, Visitor};
use utoipa::ToSchema;

use super::form;
use crate::{
    State,
    cross_site::is_of_other_site,
    provider::{
        ClientCredentials, CodeGrant, RefreshGrant, TokenError, TokenErrorBody, TokenResponse, authenticate,
        issue_for_machine, redeem_code, refresh, respond,
    },
    rate_limit,
};

/// What is traded for tokens (RFC 6749 §4.1.3, §4.4.2, §6).
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// `authorization_code`, `refresh_token` or `client_credentials`.
    #[schema(pattern = "^(authorization_code|refresh_token|client_credentials)$")]
    grant_type: String,
    /// The code.
    #[schema(value_type = String, required = false)]
    code: Option<SecretString>,
    /// Where the code was sent.
    #[schema(value_type = String, required = false)]
    redirect_uri: Option<String>,
    /// Of PKCE (RFC 7636).
    #[schema(value_type = String, required = false)]
    code_verifier: Option<SecretString>,
    /// The refresh token.
    #[schema(value_type = String, required = false)]
    refresh_token: Option<SecretString>,
    /// Fewer scopes than there could be.
    #[schema(value_type = String, required = false)]
    scope: Option<String>,
    /// Of the client, unless it says so by HTTP Basic; for an API key its first eight characters.
    #[schema(value_type = String, required = false)]
    client_id: Option<String>,
    /// Its secret, unless it gives it by HTTP Basic; or an API key.
    #[schema(value_type = String, required = false)]
    client_secret: Option<SecretString>,
}

/// Trades a code, a refresh token, or an API key for tokens.
///
/// A page of another site may trade what was given to an application that keeps no secret. No cookie counts here.
///
/// Mistakes are answered in OAuth's own shape: `error` and `error_description`.
#[utoipa::path(
    tag = "openid connect",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenResponse, description = "The tokens."),
        (status = 400, body = TokenErrorBody, description = "The request is not good; `error` says why."),
        (status = 401, body = TokenErrorBody, description = "The application has not proved which it is."),
        Problems
    ),
    security(("client" = []), ())
)]
#[post("/auth/oauth2/token")]
pub(crate) async fn create_client_tokens(
    state: web::Data<State>,
    visitor: Visitor,
    http: HttpRequest,
    body: Result<web::Form<TokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    if is_of_other_site(&state, &http) {
        rate_limit::admit_other_site(&state, &visitor).await?;
    } else {
        rate_limit::admit(&state, &visitor).await?;
    }
    respond(trade(&state, visitor, &http, body).await)
}

async fn trade(
    state: &State,
    visitor: Visitor,
    http: &HttpRequest,
    body: Result<web::Form<TokenRequest>, actix_web::Error>,
) -> Result<TokenResponse, TokenError> {
    let body = form(body)?;
    let missing = || TokenError::refused("invalid_request", "a parameter is missing");
    let credentials = ClientCredentials::of(state, http, body.client_id, body.client_secret)?;
    match body.grant_type.as_str() {
        "authorization_code" => {
            let client = authenticate(state, &credentials, &visitor).await?;
            let grant = CodeGrant {
                code: body.code.ok_or_else(missing)?,
                redirect_uri: body.redirect_uri.ok_or_else(missing)?,
                verifier: body.code_verifier.ok_or_else(missing)?,
            };
            redeem_code(state, &client, grant, visitor).await
        }
        "refresh_token" => {
            let client = authenticate(state, &credentials, &visitor).await?;
            let scope = body.scope.filter(|scope| !scope.is_empty());
            let grant = RefreshGrant { token: body.refresh_token.ok_or_else(missing)?, scope };
            refresh(state, &client, grant, visitor).await
        }
        "client_credentials" => issue_for_machine(state, &credentials, body.scope.as_deref(), &visitor).await,
        _ => Err(TokenError::refused("unsupported_grant_type", "the grant_type is not supported")),
    }
}
