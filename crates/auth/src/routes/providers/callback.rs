//! The way back from a provider.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, get, http::header, web};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{models::Departure, with_credential};
use tallykeep_service::{Problem, Problems, Query, Visitor, hex, run_db};
use utoipa::IntoParams;

use crate::{
    State,
    audit::{Action, Record},
    federation::{DepartureToken, Purpose, Returned, expired},
    host_cookie::DEPARTURE,
    rate_limit,
};

/// What a provider has a browser bring back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackQuery {
    /// What shows that the browser was sent there.
    state: Option<String>,
    /// What can be traded for whom the provider vouches for.
    code: Option<String>,
    /// Why there is no code. Nobody is shown it.
    error: Option<String>,
    /// The provider's address (RFC 9207).
    iss: Option<String>,
}

/// Receives a browser from a provider, and sends it on: to where it was going, with a session, or to a page that tells what
/// went wrong. A provider sends browsers here, and nobody else does.
///
/// A GET that another site's page makes a browser send, and that signs in all the same: what protects other routes from
/// that cannot protect this one. Here it is the state in the address together with the cookie that it is a hash of. Only a
/// page of ours can have had the cookie set, in this browser and within the last ten minutes, and who does not know it can
/// make no state that fits. So nobody can have another's browser arrive with a code of their own, which would sign it in
/// as them (login CSRF), nor arrive with another's code.
#[utoipa::path(
    tag = "session",
    params(("id" = String, Path, example = "google"), CallbackQuery),
    responses(
        (status = 303, description = "On, or to a page that tells what went wrong.", headers(("Location" = String))),
        Problems
    )
)]
#[get("/auth/providers/{id}/callback")]
pub(crate) async fn return_from_provider(
    request: HttpRequest,
    visitor: Visitor,
    state: web::Data<State>,
    id: web::Path<String>,
) -> HttpResponse {
    let returned = match redeem(&state, &request, &visitor, &id).await {
        Ok(returned) => returned,
        // The cookie stays: whoever made the browser come here cannot take the way of another tab away.
        Err(problem) => return tell(&state, Purpose::SignIn.page(), &problem),
    };
    let mut response = match returned.finish(&state, &request, &visitor).await {
        Ok(cookies) => {
            let mut response = see_other(&state, &returned.departure.return_to);
            for cookie in &cookies {
                set(&mut response, cookie);
            }
            response
        }
        Err(problem) => {
            record_failure(&state, &visitor, &returned, &problem).await;
            tell(&state, returned.purpose.page(), &problem)
        }
    };
    set(&mut response, &DEPARTURE.removal(&state));
    response
}

/// Uses up what the browser was sent away with, if it is that browser.
async fn redeem<'a>(
    state: &'a State,
    request: &HttpRequest,
    visitor: &Visitor,
    id: &str,
) -> Result<Returned<'a>, Problem> {
    let provider = state.providers.find(id)?;
    let Query(query) = Query::<CallbackQuery>::parse(request)?;
    let token = DepartureToken::of(state, request).ok_or_else(expired)?;
    if !query.state.as_ref().is_some_and(|state| token.knows(state)) {
        return Err(expired());
    }
    // Not before: any page can have its visitors' browsers ask here, by a picture say, which comes without the cookie.
    rate_limit::admit(state, visitor).await?;
    let (hash, name) = (token.hash(), provider.id.clone());
    let departure = run_db(&state.pool, move |connection| {
        let redeem = |connection: &mut _| Departure::redeem(connection, &hash, &name);
        with_credential(connection, &hex(&hash), redeem)
    })
    .await?
    .ok_or_else(expired)?;
    let purpose = Purpose::parse(&departure.purpose).ok_or_else(expired)?;
    let code = query.code.filter(|_| query.error.is_none());
    Ok(Returned { provider, departure, purpose, token, code, sender: query.iss })
}

/// Records what was tried in vain. What went wrong is told even if that fails.
async fn record_failure(state: &State, visitor: &Visitor, returned: &Returned<'_>, problem: &Problem) {
    let action = match returned.purpose {
        Purpose::SignIn => Action::SignInWithProvider,
        Purpose::Link => Action::LinkIdentity,
        Purpose::Reauthenticate => Action::Reauthenticate,
    };
    let detail = json!({"provider": returned.provider.id, "reason": problem.code()});
    let record = Record::failure(action, None).with(detail);
    let visitor = visitor.clone();
    if let Err(problem) = run_db(&state.pool, move |connection| record.write(connection, &visitor)).await {
        tracing::warn!(%problem, "failure_not_recorded");
    }
}

/// To the page that tells what went wrong, by the stable name that we have for it: what a provider says of it is no text
/// of ours.
fn tell(state: &State, page: &str, problem: &Problem) -> HttpResponse {
    problem.log();
    see_other(state, &format!("{page}?error={}", problem.code()))
}

fn set(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    // Only a name or a value that no header may hold is refused, and these are ours.
    let _ = response.add_cookie(cookie);
}

fn see_other(state: &State, path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("{}{path}", state.site.origin())))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
