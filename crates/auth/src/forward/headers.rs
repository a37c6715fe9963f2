//! The headers that say to a tool who its caller is, and those that must not tell it more.

use std::{sync::Arc, time::Duration};

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use jsonwebtoken::jwk::JwkSet;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tallykeep_service::{Credential, Problem};
use url::Url;

use super::{Caller, assertion::assert, caller::is_ours};
use crate::{State, recent::Moment, session::is_session_cookie};

const ASSERTION: &str = "x-tallykeep-jwt-assertion";

/// Every header that a tool gets from this service's answer and not from the client.
///
/// The proxy must know these names, and exactly these: Traefik's `authResponseHeaders: Remote-User, Remote-Name,
/// Remote-Email, Remote-Groups, X-Tallykeep-Jwt-Assertion, Cookie, Authorization, X-API-Key`. It deletes each from the
/// request and sets it as the answer says, so a client cannot write one. A name that it is not told of goes through as
/// the client sent it.
const DECIDED: [&str; 8] = [
    "remote-user",
    "remote-name",
    "remote-email",
    "remote-groups",
    ASSERTION,
    "cookie",
    "authorization",
    "x-api-key",
];

/// What a name may hold and a header may not, beside all that is not ASCII; and the sign that stands for it.
const NOT_IN_A_HEADER: &AsciiSet = &CONTROLS.add(b'%');

/// Refuses a request with a header that is one of [`DECIDED`] but for its hyphens, such as `Remote_User`. The proxy
/// lets it through, and CGI and its heirs make the same variable of both.
///
/// # Errors
/// 400 when there is one.
pub(crate) fn refuse_aliases(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.keys().any(|name| is_alias(name.as_str())) {
        let detail = "a header has the name of one that the proxy sets, but for its hyphens";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "forward_header_alias", detail));
    }
    Ok(())
}

fn is_alias(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.bytes().all(is_usual) {
        return false;
    }
    let hyphens = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let canonical: String = name.chars().map(hyphens).collect();
    DECIDED.contains(&canonical.as_str())
}

/// What the tool at the origin of `url` is to see of [`DECIDED`] that says who `caller` is. Remembered for seconds, since
/// signing costs more than all else; `moment` is before `caller` was read.
///
/// # Errors
/// 503 when the signing keys cannot be read and never were, 500 when the account holds what no header can.
pub(crate) async fn introduce(
    state: &State,
    caller: &Caller,
    url: &Url,
    moment: Moment,
) -> Result<Arc<HeaderMap>, Problem> {
    let key = (caller.credential, url.origin().ascii_serialization());
    if let Some(known) = state.recent.introductions.get(&key) {
        return Ok(known);
    }
    let encode = |name: &String| utf8_percent_encode(name, NOT_IN_A_HEADER).to_string();
    let name = caller.name.as_ref().map_or_else(|| caller.email.clone(), encode);
    let mut headers = HeaderMap::new();
    for (header, text) in [
        ("remote-user", &caller.email),
        ("remote-name", &name),
        ("remote-email", &caller.email),
        ("remote-groups", &caller.groups.join(",")),
        (ASSERTION, &assert(state, caller, url).await?),
    ] {
        let value = HeaderValue::from_str(text).map_err(Problem::internal)?;
        headers.insert(HeaderName::from_static(header), value);
    }
    let headers = Arc::new(headers);
    state.recent.introductions.put(key, Arc::clone(&headers), moment, Duration::MAX);
    Ok(headers)
}

/// What a tool is to see of the credentials and cookies among `headers`: what is its own.
pub(crate) fn own_headers<'a>(
    state: &'a State,
    keys: &'a JwkSet,
    headers: &'a HeaderMap,
) -> impl Iterator<Item = (HeaderName, HeaderValue)> + 'a {
    let own = [
        ("cookie", cookies_but_session(headers)),
        ("authorization", unless_ours(state, keys, headers, "authorization", Credential::in_authorization)),
        ("x-api-key", unless_ours(state, keys, headers, "x-api-key", Credential::in_api_key_header)),
    ];
    own.into_iter().filter_map(|(name, value)| Some((HeaderName::from_static(name), value?)))
}

/// The client's cookies as they came, without the session's. Who has a session's token is its person.
fn cookies_but_session(headers: &HeaderMap) -> Option<HeaderValue> {
    let pairs = headers.get_all(header::COOKIE).flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let others: Vec<_> = pairs
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty() && !is_session_cookie(&String::from_utf8_lossy(pair)))
        .collect();
    HeaderValue::from_bytes(&others.join(&b"; "[..])).ok().filter(|value| !value.is_empty())
}

/// The header `name` as it came, for a tool that has credentials of its own. One that is there twice is left out: which
/// of the two counts is anybody's guess.
fn unless_ours(
    state: &State,
    keys: &JwkSet,
    headers: &HeaderMap,
    name: &str,
    read: fn(&HeaderMap) -> Result<Option<Credential>, Problem>,
) -> Option<HeaderValue> {
    let mut values = headers.get_all(name);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let ours = read(headers).ok().flatten().is_some_and(|credential| is_ours(state, keys, &credential));
    (!ours).then(|| value.clone())
}
