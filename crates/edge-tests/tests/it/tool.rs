//! The tool behind the sign-in, which answers with what it was sent.

use serde_json::Value;

use crate::{
    raw::{RawAnswer, exchange},
    stack::Stack,
};

/// What a browser says that opens an address.
pub(crate) const NAVIGATION: &str = "Accept: text/html,application/xhtml+xml";

/// The headers that tell the tool who somebody is.
pub(crate) const IDENTITY: [&str; 5] =
    ["remote-user", "remote-name", "remote-email", "remote-groups", "x-tallykeep-jwt-assertion"];

/// Asks the tool for its first page, with lines of headers.
pub(crate) fn open(stack: &Stack, headers: &[String]) -> RawAnswer {
    exchange(stack, "GET /example/ HTTP/1.1", headers)
}

/// What the tool saw, when the request got through to it.
pub(crate) fn seen(answer: &RawAnswer) -> Option<Value> {
    let body = answer.json();
    body.get("headers").is_some().then_some(body)
}

/// What the tool saw of a request that has to get through to it.
#[track_caller]
pub(crate) fn expect_seen(answer: &RawAnswer) -> Value {
    seen(answer).unwrap_or_else(|| panic!("it did not get through: {answer:?}"))
}

/// The values of a header that the tool saw.
pub(crate) fn values<'a>(seen: &'a Value, name: &str) -> Vec<&'a str> {
    seen["headers"][name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
