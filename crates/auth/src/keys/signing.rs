//! One key that signs tokens.

use anyhow::{Context, anyhow};
use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::Ed25519KeyPair,
};
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;

/// How long an access token or an ID token is good, in seconds.
pub(crate) const ACCESS_TOKEN_SECONDS: u64 = 600;

/// What stands before the key proper in PKCS #8, of an RSA key of 2048 bits: a sequence of the version 0, the algorithm
/// and an octet string, whose lengths take two bytes each.
const RSA_WRAPPING_BYTES: usize = 26;

/// By which algorithm a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SigningAlgorithm {
    /// Of every access token, and of the ID tokens of applications that ask for it.
    EdDsa,
    /// Of other ID tokens: the algorithm that every application knows (OpenID Connect Core §15.1).
    Rs256,
}

impl SigningAlgorithm {
    pub(crate) const ALL: [Self; 2] = [Self::EdDsa, Self::Rs256];

    /// Its name (RFC 7518 §3.1).
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The one of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    const fn of_token(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Rs256 => Algorithm::RS256,
        }
    }
}

/// Signs tokens from a point in time on.
pub(crate) struct SigningKey {
    pub(super) algorithm: SigningAlgorithm,
    private: EncodingKey,
    pub(super) public: Jwk,
    pub(super) id: String,
    pub(super) signs_from: Timestamp,
}

impl SigningKey {
    /// A new private key, as PKCS #8.
    pub(super) fn generate(algorithm: SigningAlgorithm) -> anyhow::Result<SecretSlice<u8>> {
        let no_key = |_| anyhow!("no key can be made");
        let private = match algorithm {
            SigningAlgorithm::EdDsa => {
                Ed25519KeyPair::generate().map_err(no_key)?.to_pkcs8v1()?.as_ref().to_vec()
            }
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(no_key)?;
                pair.as_der().map_err(no_key)?.as_ref().to_vec()
            }
        };
        Ok(private.into())
    }

    /// The key behind the private half `private`.
    pub(super) fn read(
        private: &SecretSlice<u8>,
        algorithm: SigningAlgorithm,
        signs_from: Timestamp,
    ) -> anyhow::Result<Self> {
        let private = match algorithm {
            SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(private.expose_secret()),
            // The library wants the key as PKCS #1.
            SigningAlgorithm::Rs256 => {
                let bare = private.expose_secret().get(RSA_WRAPPING_BYTES..);
                EncodingKey::from_rsa_der(bare.context("the key is too short")?)
            }
        };
        let mut public = Jwk::from_encoding_key(&private, algorithm.of_token())?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { algorithm, private, public, id, signs_from })
    }

    /// A token of the type `kind` (its header `typ`) that says `claims`.
    pub(super) fn sign(&self, kind: &str, claims: &impl Serialize) -> anyhow::Result<String> {
        let mut header = Header::new(self.algorithm.of_token());
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.id.clone());
        Ok(jsonwebtoken::encode(&header, claims, &self.private)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_signs_is_verified_by_its_public_half_alone() {
        for algorithm in SigningAlgorithm::ALL {
            let make = || {
                SigningKey::read(&SigningKey::generate(algorithm).unwrap(), algorithm, Timestamp::UNIX_EPOCH)
                    .unwrap()
            };
            let (key, other) = (make(), make());
            let token = key.sign("JWT", &serde_json::json!({"exp": u32::MAX})).unwrap();
            let verify = |key: &SigningKey| {
                let public = jsonwebtoken::DecodingKey::from_jwk(&key.public).unwrap();
                let validation = jsonwebtoken::Validation::new(algorithm.of_token());
                jsonwebtoken::decode::<serde_json::Value>(&token, &public, &validation).is_ok()
            };
            assert!(verify(&key) && !verify(&other), "{algorithm:?}");
        }
    }
}
