//! Extractors whose rejections are problems.

use std::{
    future::{Ready, ready},
    io::{self, Read},
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::{PathError, PayloadError, UrlencodedError},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::{self, Bytes, BytesMut},
};
use flate2::read::MultiGzDecoder;
use futures_util::TryStreamExt;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{Problem, Reservation};

/// The query string. Unlike the framework's own extractor it reads a name that is given several times as a list.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> Query<T> {
    /// Reads the query string of `request`.
    ///
    /// # Errors
    /// 400 when it does not fit.
    pub fn parse(request: &HttpRequest) -> Result<Self, Problem> {
        serde_html_form::from_str(request.query_string()).map(Self).map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "query_invalid", format!("the query string: {error}"))
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request))
    }
}

/// Reads a parameter that may be left out, for `deserialize_with` beside `default`. One that is given and empty is not
/// left out: it is wrong wherever nothing is no value.
///
/// # Errors
/// When it does not fit.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Receives a whole body, decompressed, of at most `limit` bytes, and the reservation grown by what it takes.
///
/// The framework decompresses each part of a body whole before anybody can count, a thousandfold where somebody means
/// harm. Here no more than `limit` is ever unpacked.
///
/// # Errors
/// 413 past the limit; 503 when there is no memory for it now, 429 when its account has its share; 400 for an encoding other than gzip and identity, and for a body that is cut off or damaged.
pub async fn receive_body(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
    mut reservation: Reservation,
) -> Result<(Bytes, Reservation), Problem> {
    let packed = is_gzip(request)?;
    let mut body = BytesMut::new();
    while let Some(part) = payload.try_next().await.map_err(|error| payload_problem(&error))? {
        if body.len() + part.len() > limit {
            return Err(payload_problem(&PayloadError::Overflow));
        }
        reservation.grow(part.len())?;
        body.extend_from_slice(&part);
    }
    if packed {
        return web::block(move || gunzip(&body, limit, reservation)).await.map_err(Problem::internal)?;
    }
    Ok((body.freeze(), reservation))
}

fn is_gzip(request: &HttpRequest) -> Result<bool, Problem> {
    let encoding = request.headers().get(header::CONTENT_ENCODING).map_or(&b""[..], HeaderValue::as_bytes);
    match encoding.to_ascii_lowercase().as_slice() {
        b"" | b"identity" => Ok(false),
        b"gzip" => Ok(true),
        _ => {
            let detail = "the body may be sent with Content-Encoding gzip or identity only";
            Err(Problem::new(StatusCode::BAD_REQUEST, "encoding_unsupported", detail))
        }
    }
}

fn gunzip(
    packed: &[u8],
    limit: usize,
    mut reservation: Reservation,
) -> Result<(Bytes, Reservation), Problem> {
    const PART_BYTES: u64 = 64 << 10;
    let damaged = |error: std::io::Error| {
        Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", format!("the body is no gzip: {error}"))
    };
    let mut decoder = MultiGzDecoder::new(packed);
    let mut body = Vec::new();
    loop {
        let read = (&mut decoder).take(PART_BYTES).read_to_end(&mut body).map_err(damaged)?;
        if body.len() > limit {
            return Err(payload_problem(&PayloadError::Overflow));
        }
        if read == 0 {
            return Ok((body.into(), reservation));
        }
        reservation.grow(read)?;
    }
}

/// Forms up to 16 KiB.
pub(crate) fn form_config() -> web::FormConfig {
    web::FormConfig::default().limit(16 << 10).error_handler(|error, _| form_problem(&error).into())
}

pub(crate) fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, _| path_problem(&error).into())
}

fn form_problem(error: &UrlencodedError) -> Problem {
    match error {
        UrlencodedError::Overflow { .. } => payload_problem(&PayloadError::Overflow),
        UrlencodedError::ContentType => wrong_media_type("application/x-www-form-urlencoded"),
        UrlencodedError::Payload(cause) => payload_problem(cause),
        other => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body_invalid", format!("the body: {other}")),
    }
}

/// 415: the body is said to be something else.
pub(crate) fn wrong_media_type(expected: &str) -> Problem {
    let detail = format!("the body must be sent as {expected}");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", detail)
}

/// What went wrong while a body was received.
pub(crate) fn payload_problem(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the body is larger than this route takes",
        ),
        PayloadError::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body comes too slowly")
        }
        other => Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", format!("the body: {other}")),
    }
}

fn path_problem(error: &PathError) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "path_invalid", format!("the path: {error}"))
}

impl From<PayloadError> for Problem {
    fn from(error: PayloadError) -> Self {
        payload_problem(&error)
    }
}
