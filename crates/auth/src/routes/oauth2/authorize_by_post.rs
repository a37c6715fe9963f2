//! Where applications have browsers post a form, instead of sending them by a link.

use actix_web::{HttpResponse, http::header, post, web};
use tallykeep_service::{Problem, Problems};
use url::{Url, form_urlencoded};

use crate::{State, provider::AuthorizationRequest};

/// Takes the same request by POST (OpenID Connect Core §3.1.2.1), and has the browser ask by GET, where it is judged.
///
/// The form is on a page of the application, with whose POST browsers send no cookie of ours (`SameSite=Lax`): everybody
/// would look like a stranger here. Where they are sent on to by GET, the cookie comes along. So nothing is decided here
/// and nothing looked up, and a page has no more of it than of a link.
#[utoipa::path(
    tag = "openid connect",
    request_body(content = AuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To the same request by GET."), Problems)
)]
#[post("/auth/oauth2/authorize")]
pub(crate) async fn authorize_by_post(
    state: web::Data<State>,
    body: web::Form<AuthorizationRequest>,
) -> Result<HttpResponse, Problem> {
    let mut url =
        Url::parse(&format!("{}/auth/oauth2/authorize", state.public_url)).map_err(Problem::internal)?;
    let form = serde_html_form::to_string(body.into_inner()).map_err(Problem::internal)?;
    let said = form_urlencoded::parse(form.as_bytes()).filter(|(_, value)| !value.is_empty());
    url.query_pairs_mut().extend_pairs(said);
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}
