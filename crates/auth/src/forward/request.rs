//! The request that the proxy asks about.

use actix_web::http::{
    Method, StatusCode,
    header::{self, HeaderMap},
};
use tallykeep_service::Problem;
use url::Url;

use crate::access_rules::Asked;

const METHOD: &str = "X-Forwarded-Method";
const PROTO: &str = "X-Forwarded-Proto";
const HOST: &str = "X-Forwarded-Host";
const URI: &str = "X-Forwarded-Uri";
/// Some frameworks take the method from these, if they are there.
const OTHER_METHOD: [&str; 3] = ["x-http-method", "x-http-method-override", "x-method-override"];
const LONGEST_URI: usize = 4 << 10;

/// The request that a client sent to the proxy.
pub(crate) struct ForwardedRequest {
    method: Method,
    /// The path as the client wrote it; the parser of addresses makes another of some.
    path: String,
    /// Where it goes. A WebSocket has the scheme of the request that opens it.
    pub(crate) url: Url,
}

impl ForwardedRequest {
    /// Reads it from the four headers in which the proxy tells of it. Each must be there once. `Forwarded` (RFC 7239)
    /// is not read: Traefik lets a client's through.
    ///
    /// # Errors
    /// 400 that names the header which is missing, there twice or malformed.
    pub(crate) fn parse(headers: &HeaderMap) -> Result<Self, Problem> {
        let method = only(headers, METHOD)?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| malformed(METHOD))?;
        let scheme = match only(headers, PROTO)? {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            _ => return Err(malformed(PROTO)),
        };
        let host = Some(only(headers, HOST)?).filter(|host| is_authority(host));
        let host = host.ok_or_else(|| malformed(HOST))?;
        let uri = Some(only(headers, URI)?).filter(|uri| is_origin_form(uri));
        let uri = uri.ok_or_else(|| malformed(URI))?;
        let url = Url::parse(&format!("{scheme}://{host}{uri}")).map_err(|_| malformed(HOST))?;
        let path = uri.split('?').next().unwrap_or_default().to_owned();
        Ok(Self { method, path, url })
    }

    /// What access rules go by. `headers` are those of the same request.
    pub(crate) fn asked(&self, headers: &HeaderMap) -> Asked<'_> {
        Asked {
            host: self.url.host_str().unwrap_or_default(),
            path: &self.path,
            method: self.method.as_str(),
            has_other_method: OTHER_METHOD.iter().any(|name| headers.contains_key(*name)),
        }
    }

    /// Whether a person opened the address in a browser, so that a page to sign in is of use. Scripts and other
    /// programs are better served by an error.
    pub(crate) fn is_navigation(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        matches!(self.method, Method::GET | Method::HEAD)
            && text(header::ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"))
            && text("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Problem> {
    let mut values = headers.get_all(name);
    match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(text)), None) if !text.is_empty() => Ok(text),
        _ => Err(malformed(name)),
    }
}

/// Whether `text` can be host and port (RFC 9110 §7.2). The parser of addresses decides the rest; what is refused here
/// would make it see another part of the address.
fn is_authority(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))
}

/// Whether `text` can be path and query of a request (RFC 9112 §3.2.1).
fn is_origin_form(text: &str) -> bool {
    let has_digits = |escaped: &str| {
        escaped.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.len() <= LONGEST_URI
        && text.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
        && text.split('%').skip(1).all(has_digits)
}

/// The value is not repeated: it is a stranger's text, and may hold a secret.
fn malformed(name: &'static str) -> Problem {
    let detail = format!("the header {name} is missing, there more than once, or malformed");
    Problem::new(StatusCode::BAD_REQUEST, "forward_malformed", detail)
}
