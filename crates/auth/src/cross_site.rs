//! Requests that another site's page makes a browser send (CSRF), with its cookie or to give it one.
//!
//! Browsers say in `Sec-Fetch-Site` whose page it was; those that do not, because they are old or the address has no
//! HTTPS, send the `Origin` of the page with everything but GET and HEAD. Pages can forge neither. `SameSite` of the
//! cookie alone would let the pages of neighbouring hosts through.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::Method};
use tallykeep_service::Problem;

use crate::State;

/// Refuses a request that changes something, unless it says that a page of ours sent it. For requests that are answered
/// by cookie: they come from browsers, so one that says nothing of where it comes from is not to be believed.
///
/// # Errors
/// 403 when it says otherwise or nothing.
pub(crate) fn refuse_other_sites(state: &State, request: &HttpRequest) -> Result<(), Problem> {
    if is_safe(request) || is_of_own_page(state, request) == Some(true) {
        return Ok(());
    }
    Err(refusal(state))
}

/// A request that no other site's page made a browser send: for those that need no cookie and give one, such as a
/// sign-in. Else a page could sign a person in as somebody else, whose account then receives what the person enters
/// (login CSRF).
///
/// One that says nothing of where it comes from passes: scripts sign in too, and bring the password themselves. No
/// browser in use leaves both headers out of a POST.
pub(crate) struct FromNoOtherSite;

impl FromRequest for FromNoOtherSite {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(State::of(request).and_then(|state| {
            if is_safe(request) || !is_of_other_site(state, request) {
                return Ok(Self);
            }
            Err(refusal(state))
        }))
    }
}

/// Whether a page of another site made a browser send `request`. It is asked where such a page may do so: no cookie counts
/// there and none is given, so that the page has nothing of its visitor's but the address, which is not to be held against
/// the visitor.
pub(crate) fn is_of_other_site(state: &State, request: &HttpRequest) -> bool {
    is_of_own_page(state, request) == Some(false)
}

/// Whether the method changes nothing (RFC 9110 §9.2.1).
pub(crate) fn is_safe(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a page of ours sent `request`; nothing when it does not say.
///
/// `none` stands for what a person did without a page, such as typing an address. That is a GET; a request that changes
/// something does not come about like this, so it is no page of ours. An origin counts only if it is the public address
/// itself: `Host` is what the client says, and another scheme or port is another site.
fn is_of_own_page(state: &State, request: &HttpRequest) -> Option<bool> {
    let is_always = |name: &str, expected: &str| {
        let mut values = request.headers().get_all(name).peekable();
        values.peek()?;
        Some(values.all(|value| value.as_bytes() == expected.as_bytes()))
    };
    is_always("sec-fetch-site", "same-origin").or_else(|| is_always("origin", &state.site.origin()))
}

fn refusal(state: &State) -> Problem {
    tracing::warn!("csrf_invalid_token");
    let detail = format!("this request was not made by a page of {}", state.site.origin());
    Problem::forbidden("csrf_refused", detail)
}
