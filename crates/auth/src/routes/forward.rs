//! What a proxy asks before each request to another tool (Traefik's forwardAuth).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderMap},
    web,
};
use tallykeep_database::models::Group;
use tallykeep_service::{Problem, Problems, is_sent_by_trusted_proxy, run_db_as};

use crate::{
    State,
    forward::{ForwardedRequest, headers_for_tool, identify, refuse_aliases},
};

/// Whether a request to another tool may pass, and who sends it. A proxy asks, by any method.
///
/// The proxy takes `Remote-User`, `Remote-Name`, `Remote-Email`, `Remote-Groups`, `Cookie`, `Authorization` and
/// `X-API-Key` of the request to the tool from this answer. `Remote-User` and `Remote-Email` are the e-mail address.
/// `Remote-Name` is the name, where there is one, and else the address; what is not ASCII in it, and a percent sign, is
/// written as `%` and two hexadecimal digits for each byte of UTF-8. `Remote-Groups` is the role, and then the groups,
/// with commas between. The others are the client's own without what is meant for this service.
#[utoipa::path(
    tag = "forward auth",
    params(
        ("X-Forwarded-Method" = String, Header, description = "The method that the client used."),
        ("X-Forwarded-Proto" = String, Header, description = "`https` or `wss`, or without TLS `http` or `ws`."),
        ("X-Forwarded-Host" = String, Header, description = "The host that the client asked, with its port."),
        ("X-Forwarded-Uri" = String, Header, description = "Path and query that the client asked for."),
    ),
    responses(
        (status = 200, description = "It may pass."),
        (status = 302, description = "A person is not signed in, and is sent to the page for it."),
        Problems
    ),
    security(("session" = []), ("bearer" = []))
)]
#[get("/auth/forward")]
pub(crate) async fn forward_auth(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    forward_auth_by_any_method(request, state).await
}

/// The same for methods that the document has no word for, such as `PROPFIND`.
pub(crate) async fn forward_auth_by_any_method(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    if !is_sent_by_trusted_proxy(&request) {
        return Err(Problem::forbidden("forward_untrusted", "only a trusted proxy may ask this"));
    }
    let headers = request.headers();
    let forwarded = ForwardedRequest::parse(headers)?;
    if !state.site.contains(&forwarded.url) {
        let detail = "scheme, host or port are not among those that share this sign-in";
        return Err(Problem::forbidden("forward_host_unknown", detail));
    }
    refuse_aliases(headers)?;
    let keys = state.signing_keys.published().await?;
    match identify(&state, &keys, &request).await? {
        Some(account) => {
            let id = account.id;
            let groups = run_db_as(&state.pool, id, move |connection| Ok(Group::of(connection, id)?)).await?;
            Ok(pass(&headers_for_tool(&state, &keys, headers, &account, &groups)?))
        }
        None if forwarded.is_navigation(headers) => Ok(send_to_sign_in(&state, &forwarded)),
        None => {
            let detail = "this needs a signed-in browser, an API key or an access token";
            Err(Problem::unauthorized("credential_missing", detail))
        }
    }
}

fn pass(headers: &HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in headers {
        response.insert_header(header);
    }
    response.insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

fn send_to_sign_in(state: &State, forwarded: &ForwardedRequest) -> HttpResponse {
    let page = state.site.sign_in_page(&forwarded.url);
    HttpResponse::Found()
        .insert_header((header::LOCATION, page.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
