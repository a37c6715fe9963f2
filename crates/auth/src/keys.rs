//! The keys that are derived from the master secret, one per purpose (HKDF, RFC 5869).

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use aws_lc_rs::{
    hkdf::{HKDF_SHA256, KeyType, Salt},
    signature::Ed25519KeyPair,
};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_database::models::Account;
use tallykeep_domain::{Scopes, SessionId};
use tallykeep_service::{AccessTokenClaims, TOKEN_TYPE};

/// How long an access token is good, in seconds.
pub(crate) const ACCESS_TOKEN_SECONDS: u64 = 600;

const KEY_BYTES: usize = 32;

/// Signs access tokens.
pub(crate) struct SigningKey {
    private: EncodingKey,
    public: Jwk,
    key_id: String,
}

impl SigningKey {
    pub(crate) fn derive(secret: &SecretString) -> anyhow::Result<Self> {
        let seed = derive(secret, "tallykeep/1 access token signature")?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)?;
        let private = EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::EdDSA)?;
        let key_id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(key_id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, key_id })
    }

    /// The public half, as `/.well-known/jwks.json` shows it (RFC 7517 §5).
    pub(crate) fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
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
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(self.key_id.clone());
        Ok(jsonwebtoken::encode(&header, &claims, &self.private)?)
    }
}

/// The key that passwords are hashed with besides their salt, so that a stolen database alone cannot be guessed at.
pub(crate) fn derive_pepper(secret: &SecretString) -> anyhow::Result<[u8; KEY_BYTES]> {
    derive(secret, "tallykeep/1 password pepper")
}

fn derive(secret: &SecretString, purpose: &str) -> anyhow::Result<[u8; KEY_BYTES]> {
    struct KeyLength;
    impl KeyType for KeyLength {
        fn len(&self) -> usize {
            KEY_BYTES
        }
    }
    let failed = |_| anyhow!("a key cannot be derived from the master secret");
    let mut key = [0; KEY_BYTES];
    Salt::new(HKDF_SHA256, &[])
        .extract(secret.expose_secret().as_bytes())
        .expand(&[purpose.as_bytes()], KeyLength)
        .and_then(|material| material.fill(&mut key))
        .map_err(failed)?;
    Ok(key)
}
