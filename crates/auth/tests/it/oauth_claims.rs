//! What applications are told, and what their tokens open (OpenID Connect).

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use tallykeep_auth::LocalAuthority;
use tallykeep_service::{Authenticator, Credential};
use tallykeep_test_support::{Client, SignedIn, TestApp, TestDatabase, http_settings};

use crate::{
    oauth::{Application, parameter},
    support::{execute, serve_state, state, texts},
};

async fn app() -> (TestApp, SignedIn, Application) {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    (app, ada, wiki)
}

/// What `token` says, once its signature is verified with the keys that are published.
async fn claims(app: &TestApp, wiki: &Application, token: &Value, algorithm: Algorithm) -> Value {
    let token = token.as_str().unwrap();
    let keys: JwkSet =
        serde_json::from_value(app.stranger().get("/.well-known/jwks.json").await.expect(200)).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("JWT"), algorithm));
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[&wiki.id]);
    validation.set_issuer(&["http://localhost:8080"]);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

#[actix_web::test]
async fn an_id_token_says_who_the_person_is_and_how_and_when_they_proved_it() {
    let (app, ada, wiki) = app().await;
    let profile = json!({"name": "Ada Lovelace", "locale": "en-GB"});
    let account = ada.browser.patch("/auth/account", &profile).await.expect(200);
    let tokens = wiki.tokens(&ada.browser).await;
    let said = claims(&app, &wiki, &tokens["id_token"], Algorithm::RS256).await;
    let expected = json!({
        "iss": "http://localhost:8080", "aud": wiki.id, "sub": account["id"], "nonce": "the nonce",
        "amr": ["pwd"], "name": "Ada Lovelace", "locale": "en-GB", "zoneinfo": "Europe/Berlin",
        "email": "ada@example.org", "email_verified": false, "groups": ["administrator"],
        "iat": said["iat"], "exp": said["exp"], "auth_time": said["auth_time"],
    });
    assert_eq!(said, expected);
    let (iat, exp) = (said["iat"].as_i64().unwrap(), said["exp"].as_i64().unwrap());
    assert!(exp - iat == 600 && iat - said["auth_time"].as_i64().unwrap() < 600, "{said}");
    let next = wiki.refresh(tokens["refresh_token"].as_str().unwrap()).await.expect(200);
    let refreshed = claims(&app, &wiki, &next["id_token"], Algorithm::RS256).await;
    assert_eq!((&refreshed["auth_time"], &refreshed["nonce"]), (&said["auth_time"], &Value::Null));
}

#[actix_web::test]
async fn an_application_is_told_no_more_than_it_was_let_know() {
    let (app, ada, wiki) = app().await;
    let _ = ada.browser.put("/auth/admin/groups/family", &Value::Null).await.expect(204);
    let bob = app.register("bob@example.org").await;
    let id = bob.browser.get("/auth/account").await.expect(200)["id"].clone();
    let member = format!("/auth/admin/groups/family/members/{}", id.as_str().unwrap());
    let _ = ada.browser.put(&member, &Value::Null).await.expect(204);
    for (scope, told) in [
        ("openid", json!({"sub": id})),
        ("openid profile", json!({"sub": id, "zoneinfo": "Europe/Berlin"})),
        ("openid email", json!({"sub": id, "email": "bob@example.org", "email_verified": false})),
        ("openid groups", json!({"sub": id, "groups": ["member", "family"]})),
    ] {
        let code = wiki.code(&bob.browser, &json!({"scope": scope})).await;
        let tokens = wiki.trade(&code).await.expect(200);
        let browser = app.stranger().with_token(tokens["access_token"].as_str().unwrap());
        assert_eq!(browser.get("/auth/oauth2/userinfo").await.expect(200), told, "{scope}");
        assert_eq!(browser.post("/auth/oauth2/userinfo", &Value::Null).await.expect(200), told, "{scope}");
        let said = claims(&app, &wiki, &tokens["id_token"], Algorithm::RS256).await;
        for claim in ["name", "email", "email_verified", "groups", "zoneinfo"] {
            assert_eq!(said.get(claim), told.get(claim), "{scope} {claim}");
        }
    }
}

#[actix_web::test]
async fn without_a_nonce_or_a_state_none_is_made_up() {
    let (app, ada, wiki) = app().await;
    let bare = json!({"nonce": null, "state": null});
    let back = wiki.consent(&ada.browser, &bare, true).await;
    assert!(!back.as_str().contains("state="), "{back}");
    let tokens = wiki.trade(&parameter(&back, "code")).await.expect(200);
    let said = claims(&app, &wiki, &tokens["id_token"], Algorithm::RS256).await;
    assert!(said.get("nonce").is_none(), "{said}");
}

/// Neither at our own services nor where the account is managed.
#[actix_web::test]
async fn what_an_application_was_given_opens_the_claims_and_nothing_else() {
    let (app, ada, _) = app().await;
    for algorithm in ["RS256", "EdDSA"] {
        let wiki =
            Application::register(&app, &ada, json!({"id_token_signed_response_alg": algorithm})).await;
        let tokens = wiki.tokens(&ada.browser).await;
        for name in ["access_token", "refresh_token", "id_token"] {
            let bearer = app.stranger().with_token(tokens[name].as_str().unwrap());
            for path in [
                "/api/v1/metrics",
                "/api/v1/entries?start=2026-01-01&end=2026-01-31",
                "/api/v1/series?metric=a",
            ] {
                let _ = bearer.get(path).await.expect(401);
            }
            for path in ["/auth/account", "/auth/sessions", "/auth/applications", "/auth/admin/clients"] {
                bearer.get(path).await.expect_problem(401, "session_missing");
            }
            let userinfo = bearer.get("/auth/oauth2/userinfo").await.status.as_u16();
            assert_eq!(userinfo, if name == "access_token" { 200 } else { 401 }, "{name}");
        }
    }
    for ours in [&ada.page, &ada.machine(&["metrics:read"]).await, &app.stranger()] {
        ours.get("/auth/oauth2/userinfo").await.expect_problem(401, "access_token_invalid");
    }
}

/// The keys of both algorithms are published together. An access token counts only by the one that access tokens have.
#[actix_web::test]
async fn a_token_by_another_algorithm_or_of_another_type_is_no_access_token() {
    let database = TestDatabase::new();
    let state = state(&database);
    let served = serve_state(state.clone());
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let client = json!({"name": "Wiki", "redirect_uris": ["https://wiki.example/"]});
    let _ = ada.browser.post("/auth/admin/clients", &client).await.expect(201);
    let keys = ada.browser.get("/.well-known/jwks.json").await.expect(200);
    let named = |kind: &str| {
        let found = keys["keys"].as_array().unwrap().iter().find(|key| key["kty"] == kind).unwrap();
        (found["kid"].clone(), found["n"].as_str().or(found["x"].as_str()).unwrap().to_owned())
    };
    let good = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let good = good["access_token"].as_str().unwrap();
    let (_, rest) = good.split_once('.').unwrap();
    let payload = rest.split('.').next().unwrap();
    let authority = Arc::new(LocalAuthority::new(state, "ingest"));
    let service = Authenticator::new(authority, &http_settings().public_url);
    let status = async |token: &str| {
        let result = service.check(&Credential::from_text(token.to_owned())).await;
        result.map_or_else(|problem| problem.status().as_u16(), |_| 200)
    };
    assert_eq!(status(good).await, 200);
    for (kind, algorithm) in [
        ("RSA", "RS256"),
        ("RSA", "EdDSA"),
        ("RSA", "HS256"),
        ("OKP", "HS256"),
        ("OKP", "RS256"),
        ("RSA", "none"),
    ] {
        let (kid, public) = named(kind);
        let header = json!({"typ": "at+jwt", "alg": algorithm, "kid": kid}).to_string();
        let message = format!("{}.{payload}", BASE64_URL_SAFE_NO_PAD.encode(header));
        let hmac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&hmac, message.as_bytes()));
        for token in [format!("{message}.{signature}"), format!("{message}.")] {
            assert_eq!(status(&token).await, 401, "{kind} {algorithm}");
        }
    }
}

#[actix_web::test]
async fn the_key_of_id_tokens_is_made_with_the_first_application_and_changes_like_the_other() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let keys = "select algorithm as text from auth.signing_keys order by 1";
    let _ = app.stranger().get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(texts(&app.database, keys), ["EdDSA"]);
    let wiki = Application::register(&app, &ada, json!({})).await;
    assert_eq!(texts(&app.database, keys), ["EdDSA", "RS256"]);
    let first = wiki.tokens(&ada.browser).await;
    execute(
        &app.database,
        "update auth.signing_keys set signs_from = signs_from - interval '30 days' where algorithm = 'RS256'",
    );
    let app = app.restart_with(|_| {});
    let published = app.stranger().get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(texts(&app.database, keys), ["EdDSA", "RS256", "RS256"]);
    assert_eq!(published["keys"].as_array().unwrap().len(), 3);
    let said = claims(&app, &wiki, &first["id_token"], Algorithm::RS256).await;
    assert_eq!(said["aud"], wiki.id);
    let sealed = texts(&app.database, "select private_key as text from auth.signing_keys");
    assert!(sealed.iter().all(|key| key.starts_with("v1.")), "{sealed:?}");
}

#[actix_web::test]
async fn applications_find_out_everything_by_themselves() {
    let app = TestApp::start();
    let found = app.stranger().get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(found["issuer"], "http://localhost:8080");
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found["response_types_supported"], json!(["code"]));
    assert_eq!(found["id_token_signing_alg_values_supported"], json!(["RS256", "EdDSA"]));
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    let document = serde_json::to_value(tallykeep_auth::openapi()).unwrap();
    for (name, value) in found.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let path = value.as_str().unwrap().strip_prefix("http://localhost:8080").unwrap();
            assert!(document["paths"].get(path).is_some(), "{name} leads nowhere: {path}");
        }
    }
    let same = app.stranger().get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(same, found);
    let app = TestApp::with(|settings| settings.http.public_url = "https://numbers.example/".into());
    let found = app.stranger().get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(found["issuer"], "https://numbers.example");
}
