//! The cookie that holds a session's token.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, time::Duration},
};

use super::token::SessionToken;
use crate::{
    State,
    host_cookie::{HostCookie, own_cookie},
};

/// Over HTTPS the name itself tells browsers that the cookie is for this host, all paths, and HTTPS only.
const HOST_COOKIE: &str = "__Host-tallykeep_session";
/// A cookie that is for a whole domain cannot promise the host.
const DOMAIN_COOKIE: &str = "__Secure-tallykeep_session";
/// On a laptop or in a home network without HTTPS browsers would drop a secure cookie.
const PLAIN_COOKIE: &str = "tallykeep_session";

/// The cookie that gives a browser `token` for so long.
pub(super) fn token_cookie(state: &State, token: &SessionToken, max_age: Duration) -> Cookie<'static> {
    session_cookie(state, token.expose().to_owned(), max_age)
}

/// The cookie that makes a browser forget its session.
pub(crate) fn removal_cookie(state: &State) -> Cookie<'static> {
    session_cookie(state, String::new(), Duration::ZERO)
}

fn session_cookie(state: &State, value: String, max_age: Duration) -> Cookie<'static> {
    let mut cookie = own_cookie(state, cookie_name(state), value, max_age);
    if let Some(domain) = state.site.cookie_domain() {
        cookie.set_domain(domain.to_owned());
    }
    cookie
}

fn cookie_name(state: &State) -> &'static str {
    match (state.site.is_secure(), state.site.cookie_domain()) {
        (true, None) => HOST_COOKIE,
        (true, Some(_)) => DOMAIN_COOKIE,
        (false, _) => PLAIN_COOKIE,
    }
}

/// The token that `request` brings.
pub(super) fn token_of(state: &State, request: &HttpRequest) -> Option<SessionToken> {
    request.cookie(cookie_name(state)).map(|cookie| SessionToken::presented(cookie.value()))
}

/// Whether `pair`, of a `Cookie` header, is a session, or on the way to one: also under the names of other settings,
/// since browsers still hold those. It is read as the framework reads it, so that what could count here is what is
/// found.
pub(crate) fn is_session_cookie(pair: &str) -> bool {
    let cookie = Cookie::parse_encoded(pair);
    cookie.is_ok_and(|cookie| {
        let name = cookie.name();
        [HOST_COOKIE, DOMAIN_COOKIE, PLAIN_COOKIE].contains(&name) || HostCookie::is_any(name)
    })
}
