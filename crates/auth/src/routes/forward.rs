//! What a proxy asks before each request to another tool (Traefik's forwardAuth).

use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, http::header, web};
use tallykeep_service::{Problem, Problems, Routine, is_sent_by_trusted_proxy};
use url::Url;

use crate::{
    State,
    forward::{Decision, ForwardedRequest, decide, introduce, own_headers, refuse_aliases},
    recent::Moment,
};

/// Whether a request to another tool may pass, and who sends it. A proxy asks, by any method.
///
/// The proxy takes `Remote-User`, `Remote-Name`, `Remote-Email`, `Remote-Groups`, `X-Tallykeep-Jwt-Assertion`, `Cookie`,
/// `Authorization` and `X-API-Key` of the request to the tool from this answer. `Remote-User` and `Remote-Email` are the
/// e-mail address. `Remote-Name` is the name, where there is one, and else the address; what is not ASCII in it, and a
/// percent sign, is written as `%` and two hexadecimal digits for each byte of UTF-8. `Remote-Groups` is the role, and
/// then the groups, with commas between. `X-Tallykeep-Jwt-Assertion` says the same in a JWT that the tool can verify by
/// the keys at `/.well-known/jwks.json`. The others are the client's own without what is meant for this service.
///
/// The first access rule that is about host, path and method decides; without one, whoever is signed in may pass.
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
        (status = 302, description = "It may not pass, and a person who opens an address is sent to a page instead: to \
            sign in, to give a second factor, or to read that it is not for them.", headers(("Location" = String))),
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
    // Before anything is read that is remembered.
    let moment = state.recent.freshness.moment();
    let decision = decide(&state, &request, &forwarded).await?;
    let Some(problem) = decision.outcome.problem() else {
        return pass(&state, &request, &forwarded, &decision, moment).await;
    };
    decision.log(forwarded.url.host_str().unwrap_or_default());
    match decision.page(&state, &forwarded.url).filter(|_| forwarded.is_navigation(headers)) {
        Some(page) => Ok(send_to(&page)),
        None => Err(problem),
    }
}

async fn pass(
    state: &State,
    request: &HttpRequest,
    forwarded: &ForwardedRequest,
    decision: &Decision,
    moment: Moment,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    if let Some(caller) = &decision.caller {
        for header in introduce(state, caller, &forwarded.url, moment).await?.iter() {
            response.insert_header(header);
        }
    }
    for header in own_headers(state, &decision.keys, request.headers()) {
        response.insert_header(header);
    }
    request.extensions_mut().insert(Routine);
    Ok(response.insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

fn send_to(page: &Url) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, page.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
