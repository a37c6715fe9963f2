//! Where applications send browsers to sign out.

use actix_web::{HttpRequest, HttpResponse, get, web};
use tallykeep_service::{Problem, Problems, Query, Visitor};

use super::end_session;
use crate::{
    State,
    provider::{EndSessionRequest, Farewell},
    routes::oauth2::go_to,
    session::{SignedIn, removal_cookie},
};

/// Signs out and sends the browser back to the application (OpenID Connect RP-Initiated Logout). Without an ID token of
/// the person who is signed in, that person is asked first.
#[utoipa::path(
    tag = "openid connect",
    params(EndSessionRequest),
    responses(
        (status = 302, description = "Back to the application, or to be asked.", headers(("Location" = String))),
        Problems
    )
)]
#[get("/auth/oauth2/logout")]
pub(crate) async fn log_out_for_client(
    state: web::Data<State>,
    visitor: Visitor,
    http: HttpRequest,
    Query(request): Query<EndSessionRequest>,
) -> Result<HttpResponse, Problem> {
    let farewell = Farewell::parse(&state, &request).await?;
    let Some(caller) = SignedIn::find(&state, &http).await? else {
        return Ok(go_to(farewell.to().as_str()));
    };
    if !farewell.is_of(&caller.account) {
        return Ok(go_to(&format!("{}/sign-out?{}", state.public_url, http.query_string())));
    }
    end_session(&state, &caller, visitor).await?;
    let mut response = go_to(farewell.to().as_str());
    response.add_cookie(&removal_cookie(&state)).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(response)
}
