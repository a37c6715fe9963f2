//! Ending a token, because the application that holds it is done with it.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;
use tallykeep_database::models::{Authorization, TokenKind};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use super::{ClientTokenRequest, find_own_token, form};
use crate::{
    State,
    provider::{ClientCredentials, TokenError, TokenErrorBody, authenticate, respond},
};

/// Ends a token (RFC 7009); with a refresh token the whole sign-in ends. One that is not good, or another application's,
/// is answered alike and left as it is.
#[utoipa::path(
    tag = "openid connect",
    request_body(content = ClientTokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is not good any more."),
        (status = 400, body = TokenErrorBody, description = "The request is not good; `error` says why."),
        (status = 401, body = TokenErrorBody, description = "The application has not proved which it is."),
        Problems
    ),
    security(("client" = []), ())
)]
#[post("/auth/oauth2/revoke")]
pub(crate) async fn revoke_client_token(
    state: web::Data<State>,
    visitor: Visitor,
    http: HttpRequest,
    body: Result<web::Form<ClientTokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    respond(revoke(&state, &visitor, &http, body).await.map(|()| json!({})))
}

async fn revoke(
    state: &State,
    visitor: &Visitor,
    http: &HttpRequest,
    body: Result<web::Form<ClientTokenRequest>, actix_web::Error>,
) -> Result<(), TokenError> {
    let body = form(body)?;
    let credentials = ClientCredentials::of(state, http, body.client_id, body.client_secret)?;
    let client = authenticate(state, &credentials, visitor).await?;
    let Some(found) = find_own_token(state, &client, &body.token).await? else { return Ok(()) };
    let (account, authorization) = (found.account.id, found.authorization.id);
    let end = run_db_as(&state.pool, account, move |connection| {
        if found.token.is(TokenKind::Refresh) {
            Authorization::delete(connection, account, authorization)?;
        } else {
            found.token.delete(connection)?;
        }
        Ok(())
    });
    Ok(end.await?)
}
