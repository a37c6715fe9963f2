//! Access tokens, from the cookie to the service that verifies them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use tallykeep_test_support::{SignedIn, TestApp};

const PUBLIC_URL: &str = "https://numbers.example";

async fn token(person: &SignedIn) -> String {
    let answer = person.browser.post("/auth/token", &Value::Null).await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn keys(app: &TestApp) -> JwkSet {
    serde_json::from_value(app.stranger().get("/.well-known/jwks.json").await.expect(200)).unwrap()
}

#[actix_web::test]
async fn a_session_is_traded_for_a_token_of_ten_minutes() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let answer = ada.browser.post("/auth/token", &Value::Null).await;
    let body = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 600);
    assert_eq!(body["scope"], "metrics:read metrics:write tools:access");
}

#[actix_web::test]
async fn anybody_can_verify_a_token_with_the_published_keys() {
    let app = TestApp::with(|settings| settings.http.public_url = PUBLIC_URL.into());
    let ada = app.register("ada@example.org").await;
    let token = token(&ada).await;
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::EdDSA));
    let keys = keys(&app).await;
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[PUBLIC_URL]);
    validation.set_issuer(&[PUBLIC_URL]);
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
    let account = ada.browser.get("/auth/account").await.expect(200);
    assert_eq!(claims["sub"], account["id"]);
    assert_eq!(claims["zoneinfo"], "Europe/Berlin");
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 600);
    assert!(!token.contains(&BASE64_URL_SAFE_NO_PAD.encode("ada@example.org")));
}

#[actix_web::test]
async fn the_published_keys_are_public_halves() {
    let app = TestApp::start();
    let answer = app.stranger().get("/.well-known/jwks.json").await;
    let keys = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let key = keys["keys"][0].as_object().unwrap();
    assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&json!("OKP"), &json!("Ed25519"), &json!("sig")));
    assert!(!key.contains_key("d"), "{key:?}");
}

#[actix_web::test]
async fn a_slash_at_the_end_of_the_public_address_does_no_harm() {
    let app = TestApp::with(|settings| settings.http.public_url = format!("{PUBLIC_URL}/"));
    let ada = app.register("ada@example.org").await;
    let _ = ada.page.get("/api/v1/metrics").await.expect(200);
}

#[actix_web::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let (token, other) = (token(&ada).await, token(&bob).await);
    let (head, other_head) = (token.rsplit_once('.').unwrap(), other.rsplit_once('.').unwrap());
    for changed in [
        format!("{}.{}", head.0, other_head.1),
        format!("{}.{}", other_head.0, head.1),
        format!("{}.", head.0),
        head.0.to_owned(),
        token.to_uppercase(),
        token[1..].to_owned(),
        "x".to_owned(),
    ] {
        let answer = app.stranger().with_token(&changed).get("/api/v1/metrics").await;
        answer.expect_problem(401, "access_token_invalid");
    }
    let _ = app.stranger().with_token(&token).get("/api/v1/metrics").await.expect(200);
}

#[actix_web::test]
async fn a_token_that_nobody_signed_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let claims = token(&ada).await.split('.').nth(1).unwrap().to_owned();
    let kid = keys(&app).await.keys[0].common.key_id.clone().unwrap();
    let header = json!({"alg": "none", "typ": "at+jwt", "kid": kid}).to_string();
    let unsigned = format!("{}.{claims}.", BASE64_URL_SAFE_NO_PAD.encode(header));
    let answer = app.stranger().with_token(&unsigned).get("/api/v1/metrics").await;
    answer.expect_problem(401, "access_token_invalid");
}

#[actix_web::test]
async fn the_public_key_is_no_shared_secret() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let claims = token(&ada).await.split('.').nth(1).unwrap().to_owned();
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let published = app.stranger().get("/.well-known/jwks.json").await.expect(200);
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = published["keys"][0]["kid"].as_str().map(str::to_owned);
    let x = published["keys"][0]["x"].as_str().unwrap();
    for secret in [x.as_bytes().to_vec(), BASE64_URL_SAFE_NO_PAD.decode(x).unwrap()] {
        let forged = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&secret)).unwrap();
        let answer = app.stranger().with_token(&forged).get("/api/v1/metrics").await;
        answer.expect_problem(401, "access_token_invalid");
    }
}
