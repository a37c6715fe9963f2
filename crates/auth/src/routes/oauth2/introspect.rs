//! What a token is worth, for the application that holds it.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Serialize;
use tallykeep_domain::{AccountId, ClientId};
use tallykeep_service::{Problem, Problems, Visitor};
use utoipa::ToSchema;

use super::{ClientTokenRequest, find_own_token, form};
use crate::{
    State,
    cross_site::FromNoOtherSite,
    provider::{ClientCredentials, TokenError, TokenErrorBody, authenticate, respond},
};

/// What a token is worth (RFC 7662 §2.2). Of one that is not good nothing is said, nor of another application's.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct TokenWorth {
    /// Whether it is good.
    active: bool,
    /// Words, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    client_id: Option<ClientId>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    sub: Option<AccountId>,
    /// Who gave it: the public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// When it was given, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// When it ends, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

/// What a token is worth (RFC 7662). Only an application that has a secret may ask, and only about its own.
#[utoipa::path(
    tag = "openid connect",
    request_body(content = ClientTokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenWorth, description = "What it is worth."),
        (status = 400, body = TokenErrorBody, description = "The request is not good; `error` says why."),
        (status = 401, body = TokenErrorBody, description = "The application has not proved which it is."),
        Problems
    ),
    security(("client" = []), ())
)]
#[post("/auth/oauth2/introspect")]
pub(crate) async fn introspect_client_token(
    _: FromNoOtherSite,
    state: web::Data<State>,
    visitor: Visitor,
    http: HttpRequest,
    body: Result<web::Form<ClientTokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    respond(judge(&state, &visitor, &http, body).await)
}

async fn judge(
    state: &State,
    visitor: &Visitor,
    http: &HttpRequest,
    body: Result<web::Form<ClientTokenRequest>, actix_web::Error>,
) -> Result<TokenWorth, TokenError> {
    let body = form(body)?;
    let credentials = ClientCredentials::of(state, http, body.client_id, body.client_secret)?;
    let client = authenticate(state, &credentials, visitor).await?;
    if client.secret_hash.is_none() {
        return Err(TokenError::UNKNOWN_CLIENT);
    }
    let Some(found) = find_own_token(state, &client, &body.token).await? else {
        return Ok(TokenWorth::default());
    };
    Ok(TokenWorth {
        active: true,
        scope: Some(found.token.scopes),
        client_id: Some(client.id),
        sub: Some(found.account.id),
        iss: Some(state.public_url.to_string()),
        iat: Some(found.token.created_at.as_second()),
        exp: Some(found.token.expires_at.as_second()),
    })
}
