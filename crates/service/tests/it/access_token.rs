//! Which access tokens are good.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, get_current_timestamp,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Value, json};
use tallykeep_service::{AccessTokenError, verify_access_token};

const ISSUER: &str = "https://numbers.example";

/// A signer, and the tokens that it makes.
struct Signer {
    private: EncodingKey,
    public: Jwk,
}

impl Signer {
    fn new(seed: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let private = EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::EdDSA).unwrap();
        public.common.key_id = Some("the key".to_owned());
        Self { private, public }
    }

    fn keys(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.private).unwrap()
    }
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("the key".to_owned());
    header
}

fn claims() -> Value {
    let now = get_current_timestamp();
    json!({
        "iss": ISSUER, "aud": ISSUER, "sub": "account", "sid": "session", "scope": "metrics:read",
        "zoneinfo": "UTC", "iat": now, "exp": now + 600,
    })
}

fn with(claim: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[claim] = value;
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

/// Whether a token of ours with these claims is refused as what it is, and not for its key.
#[track_caller]
fn assert_invalid(header: &Header, claims: &Value) {
    let signer = Signer::new(1);
    let result = verify_access_token(&signer.sign(header, claims), &signer.keys(), ISSUER);
    assert!(matches!(result, Err(AccessTokenError::Invalid(_))), "{claims} gave {result:?}");
}

/// A token with these parts as they are.
fn assemble(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let encode = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(part);
    let (header, claims) = (header.to_string(), claims.to_string());
    format!("{}.{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()), encode(signature))
}

#[test]
fn a_token_of_ours_is_good() {
    let signer = Signer::new(1);
    let claims = verify_access_token(&signer.sign(&header(), &claims()), &signer.keys(), ISSUER).unwrap();
    assert_eq!((claims.sub.as_str(), claims.scope.as_str()), ("account", "metrics:read"));
}

#[test]
fn a_token_without_a_signature_is_refused() {
    for algorithm in ["none", "None", "NONE", ""] {
        let header = json!({"alg": algorithm, "typ": "at+jwt", "kid": "the key"});
        let token = assemble(&header, &claims(), b"");
        let result = verify_access_token(&token, &Signer::new(1).keys(), ISSUER);
        assert!(matches!(result, Err(AccessTokenError::Invalid(_))), "{algorithm}: {result:?}");
    }
}

#[test]
fn a_token_that_takes_the_public_key_for_a_shared_secret_is_refused() {
    let signer = Signer::new(1);
    let public = serde_json::to_value(&signer.public).unwrap();
    let x = public["x"].as_str().unwrap();
    let secrets =
        [x.as_bytes().to_vec(), BASE64_URL_SAFE_NO_PAD.decode(x).unwrap(), public.to_string().into()];
    for secret in secrets {
        let header = Header { alg: Algorithm::HS256, ..header() };
        let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        let result = verify_access_token(&token, &signer.keys(), ISSUER);
        assert!(matches!(result, Err(AccessTokenError::Invalid(_))), "{result:?}");
    }
}

#[test]
fn a_token_that_names_another_algorithm_is_refused() {
    let signer = Signer::new(1);
    let token = signer.sign(&header(), &claims());
    let (_, rest) = token.split_once('.').unwrap();
    for algorithm in ["ES256", "RS256", "HS512"] {
        let header = json!({"alg": algorithm, "typ": "at+jwt", "kid": "the key"}).to_string();
        let token = format!("{}.{rest}", BASE64_URL_SAFE_NO_PAD.encode(header));
        assert!(verify_access_token(&token, &signer.keys(), ISSUER).is_err(), "{algorithm}");
    }
}

#[test]
fn a_token_of_another_key_under_our_name_is_refused() {
    let token = Signer::new(2).sign(&header(), &claims());
    let result = verify_access_token(&token, &Signer::new(1).keys(), ISSUER);
    assert!(matches!(result, Err(AccessTokenError::Invalid(_))), "{result:?}");
}

#[test]
fn an_unknown_or_missing_key_name_is_told_apart() {
    let signer = Signer::new(1);
    let names = [None, Some("another"), Some("../../dev/null"), Some("' or 1=1 --"), Some("")];
    for name in names {
        let header = Header { kid: name.map(str::to_owned), ..header() };
        let result = verify_access_token(&signer.sign(&header, &claims()), &signer.keys(), ISSUER);
        assert_eq!(result, Err(AccessTokenError::UnknownKey), "{name:?}");
    }
}

#[test]
fn a_key_that_the_token_brings_along_is_ignored() {
    let stranger = Signer::new(2);
    let header = Header {
        jwk: Some(stranger.public.clone()),
        jku: Some("https://evil.example/jwks.json".to_owned()),
        x5u: Some("https://evil.example/chain.pem".to_owned()),
        ..header()
    };
    let token = stranger.sign(&header, &claims());
    let result = verify_access_token(&token, &Signer::new(1).keys(), ISSUER);
    assert!(matches!(result, Err(AccessTokenError::Invalid(_))), "{result:?}");
}

#[test]
fn another_audience_issuer_or_type_is_refused() {
    assert_invalid(&header(), &with("aud", json!("https://other.example")));
    assert_invalid(&header(), &with("aud", json!([ISSUER, "https://other.example"])));
    assert_invalid(&header(), &with("iss", json!("https://other.example")));
    assert_invalid(&header(), &with("iss", json!([ISSUER])));
    for kind in [None, Some("JWT"), Some("id_token"), Some("AT+JWT ")] {
        assert_invalid(&Header { typ: kind.map(str::to_owned), ..header() }, &claims());
    }
}

#[test]
fn a_token_that_has_ended_is_refused() {
    let now = get_current_timestamp();
    assert_invalid(&header(), &with("exp", json!(now - 60)));
    assert_invalid(&header(), &with("exp", json!(0)));
}

#[test]
fn an_end_that_is_no_whole_number_is_refused() {
    let end = get_current_timestamp() + 600;
    let wrong = [json!(end.to_string()), json!(end as f64 + 0.5), json!(-1), json!(null), json!([end])];
    for exp in wrong {
        assert_invalid(&header(), &with("exp", exp));
    }
}

#[test]
fn a_token_that_is_not_good_yet_is_refused() {
    let now = get_current_timestamp();
    for nbf in [json!(now + 300), json!((now + 300).to_string())] {
        assert_invalid(&header(), &with("nbf", nbf));
    }
}

#[test]
fn a_missing_claim_is_refused() {
    for claim in ["iss", "aud", "sub", "sid", "scope", "zoneinfo", "iat", "exp"] {
        assert_invalid(&header(), &without(claim));
    }
}

#[test]
fn claims_that_are_no_object_are_refused() {
    let end = get_current_timestamp() + 600;
    let list = json!([ISSUER, ISSUER, "account", "session", "metrics:read", "UTC", end - 600, end]);
    for payload in [list, json!([]), json!(null), json!("text"), json!(1)] {
        assert_invalid(&header(), &payload);
    }
}

#[test]
fn a_changed_token_is_refused() {
    let signer = Signer::new(1);
    let token = signer.sign(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let other = signer.sign(&header(), &with("sub", json!("somebody else")));
    let other: Vec<&str> = other.split('.').collect();
    let signature = &parts[2];
    for changed in [
        format!("{}.{}.{signature}", parts[0], other[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.{signature}"),
        format!("{}.{}.{}", parts[0], parts[1], &signature[1..]),
        token[1..].to_owned(),
        String::new(),
    ] {
        assert!(verify_access_token(&changed, &signer.keys(), ISSUER).is_err(), "{changed}");
    }
}
