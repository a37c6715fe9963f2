//! Who the person is, for an application that has an access token.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use tallykeep_database::models::TokenKind;
use tallykeep_service::{Credential, Problem, Problems};

use crate::{
    State,
    provider::{ClientScopes, UserClaims, find_token},
};

/// Who the person is, as far as the person lets the application know (OpenID Connect Core §5.3). The access token is the
/// one that the application was given with the code; POST does the same.
#[utoipa::path(
    tag = "openid connect",
    responses((status = 200, body = UserClaims), Problems),
    security(("openid" = []))
)]
#[get("/auth/oauth2/userinfo")]
pub(crate) async fn find_user_claims(
    state: web::Data<State>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    find(&state, &http).await
}

/// The same by POST, as OpenID Connect Core §5.3.1 wants it.
pub(crate) async fn find_user_claims_by_post(
    state: web::Data<State>,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    find(&state, &http).await
}

async fn find(state: &State, http: &HttpRequest) -> Result<HttpResponse, Problem> {
    let invalid = || Problem::unauthorized("access_token_invalid", "the access token is not good");
    let token = Credential::in_authorization(http.headers())?.ok_or_else(invalid)?;
    let found = find_token(state, &token.expose().into()).await?;
    let found = found.filter(|found| found.token.is(TokenKind::Access)).ok_or_else(invalid)?;
    let claims = UserClaims::new(&found.account, &found.groups, &ClientScopes::parse(&found.token.scopes));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(claims))
}
