//! What a provider signs with.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// How a provider signs, rightly or wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// RSA, as most do.
    Rs256,
    /// ECDSA.
    Es256,
    /// Ed25519.
    EdDsa,
    /// With a shared secret: these bytes.
    Hs256(Vec<u8>),
    /// Not at all.
    None,
}

/// A key of each kind, under one name.
pub(super) struct Keys {
    id: String,
    rsa: rsa::KeyPair,
    ecdsa: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Keys {
    pub(super) fn generate(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            rsa: rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key is made"),
            ecdsa: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key is made"),
            ed25519: Ed25519KeyPair::generate().expect("a key is made"),
        }
    }

    /// The public halves, as a JWK Set (RFC 7517). A key's name is that of its set and of its algorithm.
    pub(super) fn document(&self) -> Value {
        // RSAPublicKey of 2048 bits: nine bytes, the modulus, and the exponent 65537.
        let rsa = &self.rsa.public_key().as_ref()[9..265];
        // A byte, and both coordinates.
        let (x, y) = self.ecdsa.public_key().as_ref()[1..].split_at(32);
        let named = |alg: &str, mut key: Value| {
            key["kid"] = self.name(alg).into();
            key["alg"] = alg.into();
            key["use"] = "sig".into();
            key
        };
        json!({"keys": [
            named("RS256", json!({"kty": "RSA", "n": encode(rsa), "e": "AQAB"})),
            named("ES256", json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})),
            named("EdDSA", json!({
                "kty": "OKP", "crv": "Ed25519", "x": encode(self.ed25519.public_key().as_ref()),
            })),
        ]})
    }

    /// A JWT with these claims.
    pub(super) fn sign(&self, signing: &Signing, claims: &Value) -> String {
        let alg = match signing {
            Signing::Rs256 => "RS256",
            Signing::Es256 => "ES256",
            Signing::EdDsa => "EdDSA",
            Signing::Hs256(_) => "HS256",
            Signing::None => "none",
        };
        let header = json!({"typ": "JWT", "alg": alg, "kid": self.name(alg)});
        let text = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        format!("{text}.{}", encode(self.signature(signing, text.as_bytes())))
    }

    fn signature(&self, signing: &Signing, text: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match signing {
            Signing::Rs256 => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature).expect("it is signed");
                signature
            }
            Signing::Es256 => self.ecdsa.sign(&random, text).expect("it is signed").as_ref().to_vec(),
            Signing::EdDsa => self.ed25519.sign(text).as_ref().to_vec(),
            Signing::Hs256(secret) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text).as_ref().to_vec()
            }
            Signing::None => Vec::new(),
        }
    }

    fn name(&self, alg: &str) -> String {
        format!("{}-{alg}", self.id)
    }
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
