//! One key that signs access tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use aws_lc_rs::signature::Ed25519KeyPair;
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use tallykeep_database::models::Account;
use tallykeep_domain::{Scopes, SessionId};
use tallykeep_service::{AccessTokenClaims, TOKEN_TYPE};

/// How long an access token is good, in seconds.
pub(crate) const ACCESS_TOKEN_SECONDS: u64 = 600;

/// Signs access tokens from a point in time on.
pub(crate) struct SigningKey {
    private: EncodingKey,
    pub(super) public: Jwk,
    pub(super) id: String,
    pub(super) signs_from: Timestamp,
}

impl SigningKey {
    /// A new private key, as PKCS #8.
    pub(super) fn generate() -> anyhow::Result<SecretSlice<u8>> {
        let pair = Ed25519KeyPair::generate().map_err(|_| anyhow!("no key can be made"))?;
        Ok(pair.to_pkcs8v1()?.as_ref().to_vec().into())
    }

    /// The key behind the private half `private`.
    pub(super) fn read(private: &SecretSlice<u8>, signs_from: Timestamp) -> anyhow::Result<Self> {
        let private = EncodingKey::from_ed_der(private.expose_secret());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::EdDSA)?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, id, signs_from })
    }

    /// A token for the account, drawn from one of its sessions.
    pub(crate) fn sign(&self, account: &Account, session: SessionId, issuer: &str) -> anyhow::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = AccessTokenClaims {
            iss: issuer.to_owned(),
            aud: issuer.to_owned(),
            sub: account.id.to_string(),
            sid: session.to_string(),
            scope: Scopes::all().to_string(),
            zoneinfo: account.time_zone.clone(),
            iat: now,
            exp: now + ACCESS_TOKEN_SECONDS,
        };
        self.sign_claims(TOKEN_TYPE, &claims)
    }

    /// `claims` as a JWT of the type `kind`. No two kinds of JWT have the same type (RFC 8725 §3.11).
    pub(crate) fn sign_claims(&self, kind: &str, claims: &impl Serialize) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.id.clone());
        Ok(jsonwebtoken::encode(&header, claims, &self.private)?)
    }
}
