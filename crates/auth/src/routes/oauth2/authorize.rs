//! Where applications send browsers, to learn who the person is.

use actix_web::{HttpRequest, HttpResponse, get, web};
use tallykeep_service::{Problem, Problems, Query, Visitor};
use url::Url;

use super::go_to;
use crate::{
    State,
    provider::{AuthorizationRequest, Reply, Step, Wish, issue_code, next_step},
    session::SignedIn,
};

/// Sends the browser back to the application with a code, once its person is signed in and has said what the application
/// may know.
///
/// Until it is proven that the answer may go there, a mistake is shown here and sent nowhere.
#[utoipa::path(
    tag = "openid connect",
    params(AuthorizationRequest),
    responses(
        (
            status = 302,
            description = "Back to the application, to sign in, or to say what it may know.",
            headers(("Location" = String))
        ),
        Problems
    )
)]
#[get("/auth/oauth2/authorize")]
pub(crate) async fn authorize(
    state: web::Data<State>,
    visitor: Visitor,
    http: HttpRequest,
    Query(request): Query<AuthorizationRequest>,
) -> Result<HttpResponse, Problem> {
    let reply = Reply::prove(&state, &request).await?;
    let wish = match Wish::parse(&request) {
        Ok(wish) => wish,
        Err(refusal) => return Ok(go_to(reply.refusal(refusal).as_str())),
    };
    let caller = SignedIn::find(&state, &http).await?;
    let step = next_step(&state, &reply, &wish, caller.as_ref()).await?;
    let url = match (step, caller) {
        (Step::Code, Some(caller)) => issue_code(&state, &reply, wish, &caller, false, visitor).await?,
        (Step::Refuse(refusal), _) => reply.refusal(refusal),
        (Step::Consent, _) => page(&state, "/consent", &http)?,
        // The page comes back here, and asks for the password also where somebody is signed in.
        (Step::SignIn | Step::Code, caller) => {
            let mut url = state.site.sign_in_page(&page(&state, "/auth/oauth2/authorize", &http)?);
            if caller.is_some() {
                url.query_pairs_mut().append_pair("again", "true");
            }
            url
        }
    };
    Ok(go_to(url.as_str()))
}

/// An address of ours with the query of `http`.
fn page(state: &State, path: &str, http: &HttpRequest) -> Result<Url, Problem> {
    let mut url = Url::parse(&format!("{}{path}", state.public_url)).map_err(Problem::internal)?;
    url.set_query(Some(http.query_string()));
    Ok(url)
}
