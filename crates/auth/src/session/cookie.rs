//! The cookie that holds a session's token.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::token::SessionToken;
use crate::{
    State,
    federation::{DEPARTURE_HOST_COOKIE, DEPARTURE_PLAIN_COOKIE},
};

/// Over HTTPS the name itself tells browsers that the cookie is for this host, all paths, and HTTPS only.
const HOST_COOKIE: &str = "__Host-tallykeep_session";
/// A cookie that is for a whole domain cannot promise the host.
const DOMAIN_COOKIE: &str = "__Secure-tallykeep_session";
/// On a laptop or in a home network without HTTPS browsers would drop a secure cookie.
const PLAIN_COOKIE: &str = "tallykeep_session";

/// A sign-in that waits for its second factor is this host's alone, also where sessions are for a whole domain.
const PENDING_HOST_COOKIE: &str = "__Host-tallykeep_sign_in";
/// The same without HTTPS.
const PENDING_PLAIN_COOKIE: &str = "tallykeep_sign_in";

/// So is a browser that is asked for a passkey.
const CEREMONY_HOST_COOKIE: &str = "__Host-tallykeep_passkey";
/// The same without HTTPS.
const CEREMONY_PLAIN_COOKIE: &str = "tallykeep_passkey";

/// The cookie that gives a browser `token` for so long.
pub(super) fn token_cookie(state: &State, token: &SessionToken, max_age: Duration) -> Cookie<'static> {
    session_cookie(state, token.expose().to_owned(), max_age)
}

/// The cookie that makes a browser forget its session.
pub(crate) fn removal_cookie(state: &State) -> Cookie<'static> {
    session_cookie(state, String::new(), Duration::ZERO)
}

/// The cookie that gives a browser the `token` of a pending sign-in for so long.
pub(super) fn pending_cookie(state: &State, token: String, max_age: Duration) -> Cookie<'static> {
    cookie(state, pending_cookie_name(state), token, max_age)
}

/// The cookie that makes a browser forget its pending sign-in.
pub(crate) fn pending_removal_cookie(state: &State) -> Cookie<'static> {
    pending_cookie(state, String::new(), Duration::ZERO)
}

/// The cookie by which a browser that is asked for a passkey is known for so long.
pub(crate) fn ceremony_cookie(state: &State, token: String, max_age: Duration) -> Cookie<'static> {
    cookie(state, ceremony_cookie_name(state), token, max_age)
}

/// The token of that cookie that `request` brings.
pub(crate) fn ceremony_token_of(state: &State, request: &HttpRequest) -> Option<String> {
    request.cookie(ceremony_cookie_name(state)).map(|cookie| cookie.value().to_owned())
}

fn session_cookie(state: &State, value: String, max_age: Duration) -> Cookie<'static> {
    let mut cookie = cookie(state, cookie_name(state), value, max_age);
    if let Some(domain) = state.site.cookie_domain() {
        cookie.set_domain(domain.to_owned());
    }
    cookie
}

fn cookie(state: &State, name: &'static str, value: String, max_age: Duration) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(state.site.is_secure())
        .same_site(SameSite::Lax)
        .max_age(max_age)
        .finish()
}

fn cookie_name(state: &State) -> &'static str {
    match (state.site.is_secure(), state.site.cookie_domain()) {
        (true, None) => HOST_COOKIE,
        (true, Some(_)) => DOMAIN_COOKIE,
        (false, _) => PLAIN_COOKIE,
    }
}

fn pending_cookie_name(state: &State) -> &'static str {
    if state.site.is_secure() { PENDING_HOST_COOKIE } else { PENDING_PLAIN_COOKIE }
}

fn ceremony_cookie_name(state: &State) -> &'static str {
    if state.site.is_secure() { CEREMONY_HOST_COOKIE } else { CEREMONY_PLAIN_COOKIE }
}

/// The token of the pending sign-in that `request` brings.
pub(super) fn pending_token_of(state: &State, request: &HttpRequest) -> Option<String> {
    request.cookie(pending_cookie_name(state)).map(|cookie| cookie.value().to_owned())
}

/// The token that `request` brings.
pub(super) fn token_of(state: &State, request: &HttpRequest) -> Option<SessionToken> {
    request.cookie(cookie_name(state)).map(|cookie| SessionToken::presented(cookie.value()))
}

/// Whether `pair`, of a `Cookie` header, is a session, or on the way to one: also under the names of other settings,
/// since browsers still hold those. It is read as the framework reads it, so that what could count here is what is
/// found.
pub(crate) fn is_session_cookie(pair: &str) -> bool {
    const OWN: [&str; 9] = [
        HOST_COOKIE,
        DOMAIN_COOKIE,
        PLAIN_COOKIE,
        PENDING_HOST_COOKIE,
        PENDING_PLAIN_COOKIE,
        CEREMONY_HOST_COOKIE,
        CEREMONY_PLAIN_COOKIE,
        DEPARTURE_HOST_COOKIE,
        DEPARTURE_PLAIN_COOKIE,
    ];
    let cookie = Cookie::parse_encoded(pair);
    cookie.is_ok_and(|cookie| OWN.contains(&cookie.name()))
}
