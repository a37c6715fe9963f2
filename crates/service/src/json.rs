//! The extractor of JSON bodies.

use std::{ops::Deref, str::FromStr};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::BytesMut,
};
use futures_util::{TryStreamExt, future::LocalBoxFuture};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};

use crate::{
    Problem,
    extract::{payload_problem, wrong_media_type},
};

/// The largest body; a route that takes more receives it in another way.
const MOST_BYTES: usize = 1 << 20;
const MEDIA_TYPE: &str = "application/json";

/// A body that is a JSON object, in place of the framework's own extractor.
///
/// That one would also read a list as a struct, by the order of its fields, and take other media types for JSON. A page of
/// another site can send those without asking first. It is called like that one because the macro that writes the
/// document knows a body by this name.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Reads `body`, which has to be an object.
///
/// # Errors
/// 400 when it is no JSON, 422 when it does not fit.
pub fn parse_json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let first = body.iter().find(|byte| !is_space(byte));
    match serde_json::from_slice(body) {
        Ok(value) if first == Some(&b'{') => Ok(value),
        Ok(_) => Err(invalid("the body: expected an object at line 1")),
        Err(error) if error.is_data() => Err(invalid(format!("the body: {error}"))),
        Err(error) => {
            let detail = format!("the body is no JSON: {error}");
            Err(Problem::new(StatusCode::BAD_REQUEST, "json_malformed", detail))
        }
    }
}

/// Reads a whole number that may be left out, for `deserialize_with` beside `default`. What is whole is told by its value
/// and not by how it is written, as JSON Schema has it: 24.0 is 24.
///
/// # Errors
/// When it is not whole, or out of the range of `T`.
pub fn whole<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let Some(number) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    // Adding nothing makes minus zero a zero.
    let text = (number.fract() == 0.0).then(|| format!("{:.0}", number + 0.0));
    let whole = text.and_then(|text| text.parse().ok());
    whole.map(Some).ok_or_else(|| D::Error::custom(format!("{number} is no whole number, or out of range")))
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body_invalid", detail)
}

/// Refuses a body that is said to be something else, or of which nothing is said.
///
/// # Errors
/// 415 then.
pub fn require_json(request: &HttpRequest) -> Result<(), Problem> {
    let media_type = request.mime_type().ok().flatten().ok_or_else(|| wrong_media_type(MEDIA_TYPE))?;
    let charset = media_type.get_param("charset");
    if media_type.essence_str() == MEDIA_TYPE && charset.is_none_or(|charset| charset == "utf-8") {
        return Ok(());
    }
    Err(wrong_media_type(MEDIA_TYPE))
}

/// Refuses what need not be received.
fn check_headers(request: &HttpRequest) -> Result<(), Problem> {
    require_json(request)?;
    let encoding = request.headers().get(header::CONTENT_ENCODING).map_or(&b""[..], HeaderValue::as_bytes);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"identity") {
        let detail = "the body must be sent without a Content-Encoding";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "encoding_unsupported", detail));
    }
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: Option<usize> = length.and_then(|length| length.parse().ok());
    if announced.is_some_and(|announced| announced > MOST_BYTES) { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> Problem {
    let detail = format!("the body is larger than {MOST_BYTES} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (checked, mut payload) = (check_headers(request), payload.take());
        Box::pin(async move {
            checked?;
            let mut body = BytesMut::new();
            while let Some(part) = payload.try_next().await.map_err(|error| payload_problem(&error))? {
                if body.len() + part.len() > MOST_BYTES {
                    return Err(too_large());
                }
                body.extend_from_slice(&part);
            }
            parse_json(&body).map(Self)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Hours {
        #[serde(default, deserialize_with = "whole")]
        hours: Option<u16>,
    }

    #[test]
    fn a_number_is_whole_by_its_value() {
        let hours = |body: &str| parse_json::<Hours>(body.as_bytes()).ok().map(|hours| hours.hours);
        for (body, expected) in [
            (r#"{"hours": 24}"#, Some(Some(24))),
            (r#"{"hours": 24.0}"#, Some(Some(24))),
            (r#"{"hours": 2.4e1}"#, Some(Some(24))),
            (r#"{"hours": -0.0}"#, Some(Some(0))),
            (r#"{"hours": 65535}"#, Some(Some(u16::MAX))),
            (r#"{"hours": null}"#, Some(None)),
            ("{}", Some(None)),
            (r#"{"hours": 24.5}"#, None),
            (r#"{"hours": 65536}"#, None),
            (r#"{"hours": -1}"#, None),
            (r#"{"hours": "24"}"#, None),
        ] {
            assert_eq!(hours(body), expected, "{body}");
        }
    }
}
