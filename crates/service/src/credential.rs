//! What a request says of who sends it.

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use crate::Problem;

/// An access token or an API key, as it was sent.
#[derive(Clone)]
pub struct Credential(String);

impl Credential {
    /// A credential that came by another way than a header, such as the `p` parameter of InfluxDB's first API.
    #[must_use]
    pub fn from_text(token: String) -> Self {
        Self(token)
    }

    /// The credential in the headers: `Authorization` with `Bearer` (RFC 6750), `Token` (InfluxDB) or the password of
    /// `Basic` (RFC 7617), or `X-API-Key`.
    ///
    /// # Errors
    /// 401 when there is one that cannot be read.
    pub fn from_request(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        let headers = request.headers();
        match Self::in_api_key_header(headers)? {
            Some(key) => Ok(Some(key)),
            None => Self::in_authorization(headers),
        }
    }

    /// The credential in `X-API-Key` alone.
    ///
    /// # Errors
    /// 401 when there is one that cannot be read.
    pub fn in_api_key_header(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        Ok(single(headers, "x-api-key")?.map(|key| Self(key.to_owned())))
    }

    /// The credential in `Authorization` alone.
    ///
    /// # Errors
    /// 401 when there is one that cannot be read.
    pub fn in_authorization(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = single(headers, header::AUTHORIZATION.as_str())? else { return Ok(None) };
        let (scheme, rest) = value.split_once(' ').ok_or_else(malformed)?;
        let rest = rest.trim();
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" | "token" => Ok(Some(Self(rest.to_owned()))),
            "basic" => basic_password(rest).map(|password| Some(Self(password))),
            _ => Err(malformed()),
        }
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 that stands for a token wherever one is looked up or kept. Tokens are long and random, so a slow hash
/// would protect nothing.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| malformed()),
        // Which of two would count is anybody's guess, and a proxy's guess may differ from ours.
        (Some(_), Some(_)) => Err(malformed()),
    }
}

fn basic_password(encoded: &str) -> Result<String, Problem> {
    let decoded = BASE64_STANDARD.decode(encoded).map_err(|_| malformed())?;
    let pair = String::from_utf8(decoded).map_err(|_| malformed())?;
    pair.split_once(':').map(|(_, password)| password.to_owned()).ok_or_else(malformed)
}

fn malformed() -> Problem {
    Problem::unauthorized("credential_malformed", "the credential in the headers cannot be read")
}
