//! A device that holds passkeys, and the browser in front of it: in software, and willing to do what real ones refuse.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::{SystemRandom, fill},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HOLDS_CREDENTIAL: u8 = 1 << 6;

/// One passkey on a device (ES256).
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// Whose it is; empty before it was made.
    user: String,
    /// How often it was used. Devices that are copied go on from where they were.
    pub counter: u32,
    /// Whether it counts at all.
    pub counts: bool,
}

/// What device and browser do. What is not said here is as it should be.
#[derive(Debug, Clone)]
pub struct Doing {
    /// The page that asks, as the browser sees it.
    pub origin: String,
    /// The host that the passkey is asked for.
    pub host: String,
    /// Whether the device has verified its person.
    pub verified: bool,
}

impl Default for Doing {
    /// As it should be for the application in tests.
    fn default() -> Self {
        Self { origin: "http://localhost:8080".to_owned(), host: "localhost".to_owned(), verified: true }
    }
}

impl Authenticator {
    /// A device that is about to make a passkey.
    #[must_use]
    pub fn new() -> Self {
        let mut id = vec![0; 32];
        fill(&mut id).expect("there is randomness");
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key is made");
        Self { key, id, user: String::new(), counter: 0, counts: true }
    }

    /// What the device calls the passkey.
    #[must_use]
    pub fn id(&self) -> String {
        encode(&self.id)
    }

    /// Makes the passkey that `options` ask for, and answers what the browser sends.
    pub fn register(&mut self, options: &Value, doing: &Doing) -> Value {
        self.user = options["user"]["id"].as_str().expect("the options name the user").to_owned();
        let client = client_data("webauthn.create", options, doing);
        let mut data = self.data(doing, HOLDS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("it is short").to_be_bytes());
        data.extend(&self.id);
        data.extend(cbor(&self.public_key()));
        let object = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(data)),
        ]);
        self.credential(&json!({
            "clientDataJSON": encode(client.as_bytes()),
            "attestationObject": encode(&cbor(&object)),
            "transports": ["internal"],
        }))
    }

    /// Signs what `options` ask for, and answers what the browser sends.
    pub fn sign(&mut self, options: &Value, doing: &Doing) -> Value {
        self.counter += u32::from(self.counts);
        let client = client_data("webauthn.get", options, doing);
        let data = self.data(doing, 0);
        let signed = [data.as_slice(), digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("it signs");
        self.credential(&json!({
            "clientDataJSON": encode(client.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    /// The same for an account that is not the passkey's.
    pub fn sign_for(&mut self, user: &str, options: &Value) -> Value {
        let mut answer = self.sign(options, &Doing::default());
        answer["response"]["userHandle"] = user.into();
        answer
    }

    fn credential(&self, response: &Value) -> Value {
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
    }

    /// Authenticator data (`WebAuthn` §6.1), up to the counter.
    fn data(&self, doing: &Doing, flags: u8) -> Vec<u8> {
        let verified = if doing.verified { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, doing.host.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key as COSE writes it (RFC 9053 §7.1.1).
    fn public_key(&self) -> Cbor {
        let point = self.key.public_key().as_ref();
        Cbor::Map(vec![
            (1.into(), 2.into()),
            (3.into(), (-7).into()),
            ((-1).into(), 1.into()),
            ((-2).into(), Cbor::Bytes(point[1..33].to_vec())),
            ((-3).into(), Cbor::Bytes(point[33..].to_vec())),
        ])
    }
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

fn client_data(kind: &str, options: &Value, doing: &Doing) -> String {
    let challenge = &options["challenge"];
    json!({"type": kind, "challenge": challenge, "origin": doing.origin, "crossOrigin": false}).to_string()
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("a vector takes it");
    bytes
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
