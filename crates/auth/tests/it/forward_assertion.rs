//! The JWT in which a tool is told who its caller is.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};
use tallykeep_service::{AccessTokenError, verify_access_token};
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::forward::{app, ask, forwarded};

const HEADER: &str = "x-tallykeep-jwt-assertion";

async fn keys(app: &TestApp) -> JwkSet {
    serde_json::from_value(app.stranger().get("/.well-known/jwks.json").await.expect(200)).unwrap()
}

/// What `answer` asserts, verified as a tool at `audience` has to.
fn verify(answer: &Answer, keys: &JwkSet, audience: &str) -> jsonwebtoken::errors::Result<Value> {
    let jwt = answer.header(HEADER);
    let header = decode_header(jwt)?;
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("tallykeep-assertion+jwt")));
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap())?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&["https://numbers.example.org"]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    Ok(decode::<Value>(jwt, &key, &validation)?.claims)
}

#[actix_web::test]
async fn a_tool_can_verify_by_itself_who_its_caller_is() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let _ = ada.browser.patch("/auth/account", &json!({"name": "Ada"})).await.expect(200);
    let account = ada.browser.get("/auth/account").await.expect(200);
    let keys = keys(&app).await;
    let claims = verify(&ask(&ada.browser).await, &keys, "https://tool.example.org").unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (issued, ends) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(now - issued < 60 && ends - issued == 120, "{claims}");
    let expected = json!({
        "iss": "https://numbers.example.org", "aud": "https://tool.example.org", "sub": account["id"],
        "email": "ada@example.org", "name": "Ada", "groups": ["administrator"], "amr": ["pwd"],
        "iat": issued, "exp": ends,
    });
    assert_eq!(claims, expected);

    let machine = ada.machine(&["tools:access"]).await;
    let claims = verify(&ask(&machine).await, &keys, "https://tool.example.org").unwrap();
    assert_eq!((claims["sub"].clone(), claims.get("amr")), (account["id"].clone(), None));
}

#[actix_web::test]
async fn an_assertion_for_one_tool_is_none_for_another() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let keys = keys(&app).await;
    for (host, audience) in [
        ("tool.example.org", "https://tool.example.org"),
        ("OTHER.example.org:443", "https://other.example.org"),
    ] {
        let client = forwarded(&ada.browser, &[("x-forwarded-host", host)]);
        let answer = client.get("/auth/forward").await;
        assert!(verify(&answer, &keys, audience).is_ok(), "{host}");
        assert!(verify(&answer, &keys, "https://numbers.example.org").is_err(), "{host}");
    }
}

#[actix_web::test]
async fn an_assertion_is_no_access_token_and_an_access_token_no_assertion() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let host = [("x-forwarded-host", "numbers.example.org")];
    let answer = forwarded(&ada.browser, &host).get("/auth/forward").await;
    let assertion = answer.header(HEADER);
    // Its audience is the issuer of access tokens here, so that its type alone keeps them apart.
    let keys = keys(&app).await;
    assert!(verify(&answer, &keys, "https://numbers.example.org").is_ok());
    let refused = verify_access_token(assertion, &keys, "https://numbers.example.org").unwrap_err();
    assert!(matches!(&refused, AccessTokenError::Invalid(why) if why.contains("type")), "{refused}");
    let client = app.stranger().with_token(assertion);
    client.get("/api/v1/metrics").await.expect_problem(401, "access_token_invalid");
    ask(&client).await.expect_problem(401, "access_token_invalid");

    let token = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let header = decode_header(token["access_token"].as_str().unwrap()).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
}

#[actix_web::test]
async fn an_assertion_that_a_client_brings_is_not_passed_on() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let own = ask(&ada.browser).await.header(HEADER).to_owned();
    let bob = app.register("bob@example.org").await;
    let client: Client = bob.browser.with_header(HEADER, &own);
    let told = ask(&client).await;
    assert_ne!(told.header(HEADER), own);
    let claims = verify(&told, &keys(&app).await, "https://tool.example.org").unwrap();
    assert_eq!(claims["email"], "bob@example.org");
}
