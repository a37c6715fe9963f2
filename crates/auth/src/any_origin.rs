//! What pages of any origin may ask, and read the answer to (CORS): what an application needs that runs in the browser
//! alone and signs people in here.
//!
//! These answers go by what a page brings, such as a code with its verifier, or a token, and by no cookie: whose browser
//! it is makes no difference. The wildcard says so, and browsers send no cookie along with it. To name the origin of
//! whoever asks and to allow cookies, as is often done, would open every account to every page.
//!
//! All other paths are for pages of this server, and none of their answers can be read elsewhere.

use actix_cors::Cors;
use actix_web::{
    guard::GuardContext,
    http::{Method, header},
};

const PATHS: [&str; 6] = [
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/auth/oauth2/revoke",
    "/auth/oauth2/token",
    "/auth/oauth2/userinfo",
];
/// For how long a browser need not ask again whether it may ask.
const REMEMBERED_SECONDS: usize = 3_600;

/// Whether pages of any origin may ask there.
pub(crate) fn is_for_any_origin(guard: &GuardContext<'_>) -> bool {
    PATHS.contains(&guard.head().uri.path())
}

/// Tells browsers so, and answers them when they ask before they send (a preflight).
pub(crate) fn any_origin() -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .allowed_methods([Method::GET, Method::POST])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .max_age(REMEMBERED_SECONDS)
}
