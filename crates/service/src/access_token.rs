//! Access tokens: JWTs that the auth service signs and every service verifies by itself (RFC 9068).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde::{Deserialize, Serialize};

use crate::Grant;

/// The `typ` of an access token (RFC 9068 §2.1). An ID token, or any other JWT of the same key, is not one.
pub const TOKEN_TYPE: &str = "at+jwt";

/// Clocks of two machines may differ by so many seconds.
const LEEWAY_SECONDS: u64 = 30;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Who signed it: the public address.
    pub iss: String,
    /// For whom it is: the public address.
    pub aud: String,
    /// The account.
    pub sub: String,
    /// The session that it was drawn from; none where it was drawn with an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The first characters of the API key that it was drawn with; none where it was drawn from a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How the names of the metrics begin that it is good for; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_prefix: Option<String>,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// The account's time zone, an IANA name (`OpenID` Connect Core §5.1).
    pub zoneinfo: String,
    /// When it was signed, in Unix seconds.
    pub iat: u64,
    /// When it ends, in Unix seconds.
    pub exp: u64,
}

impl AccessTokenClaims {
    /// What the token entitles its bearer to.
    ///
    /// # Errors
    /// When a part of it is not what this release knows.
    pub fn grant(&self) -> anyhow::Result<Grant> {
        let grant = Grant::parse(&self.sub, &self.scope, &self.zoneinfo)?;
        grant.within(self.metric_prefix.as_deref().unwrap_or_default())
    }
}

/// Why a token is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Signed by a key that is not among those given; they may have changed.
    #[error("the access token is signed by an unknown key")]
    UnknownKey,
    /// Anything else.
    #[error("the access token is not good: {0}")]
    Invalid(String),
}

/// Verifies `token` against `keys` and answers what it says.
///
/// The algorithm is fixed, not read from the token; `jku`, `x5u` and `jwk` headers are ignored (RFC 8725 §3.1).
///
/// # Errors
/// See [`AccessTokenError`].
pub fn verify_access_token(
    token: &str,
    keys: &JwkSet,
    issuer: &str,
) -> Result<AccessTokenClaims, AccessTokenError> {
    let invalid = |error: jsonwebtoken::errors::Error| AccessTokenError::Invalid(error.to_string());
    let header = jsonwebtoken::decode_header(token).map_err(invalid)?;
    if header.typ.as_deref() != Some(TOKEN_TYPE) {
        return Err(AccessTokenError::Invalid(format!("its type is not {TOKEN_TYPE}")));
    }
    let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or(AccessTokenError::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(invalid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = LEEWAY_SECONDS;
    validation.validate_nbf = true;
    validation.set_audience(&[issuer]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = jsonwebtoken::decode::<AccessTokenClaims>(token, &key, &validation).map_err(invalid)?.claims;
    if claims.sid.is_none() && claims.client_id.is_none() {
        return Err(AccessTokenError::Invalid("it was drawn from neither a session nor a key".to_owned()));
    }
    Ok(claims)
}
