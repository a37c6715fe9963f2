//! API keys.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tallykeep_auth::LocalAuthority;
use tallykeep_service::{Authenticator, Credential};
use tallykeep_test_support::{SignedIn, TestApp, http_settings};

use crate::support::state;

async fn create(person: &SignedIn, name: &str, scopes: &[&str]) -> Value {
    person.browser.post("/auth/api-keys", &json!({"name": name, "scopes": scopes})).await.expect(201)
}

async fn revoke(person: &SignedIn, key: &Value) -> tallykeep_test_support::Answer {
    person.browser.delete(&format!("/auth/api-keys/{}", key["id"].as_str().unwrap())).await
}

#[actix_web::test]
async fn a_key_is_shown_once() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let body = json!({"name": " Home Assistant ", "scopes": ["metrics:write", "metrics:write"]});
    let answer = ada.browser.post("/auth/api-keys", &body).await;
    let mut created = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let key = created["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("tk_") && key.len() == 39, "{key}");
    assert_eq!(created["prefix"], key[..8]);
    assert_eq!((&created["name"], &created["scopes"]), (&json!("Home Assistant"), &json!(["metrics:write"])));
    created.as_object_mut().unwrap().remove("key");
    let listed = ada.browser.get("/auth/api-keys").await.expect(200);
    assert_eq!(listed, json!({"items": [created]}));
}

#[actix_web::test]
async fn keys_are_listed_oldest_first_to_their_owner_only() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    for name in ["b", "a", "c"] {
        create(&ada, name, &["metrics:read"]).await;
    }
    let names = |list: Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(ada.browser.get("/auth/api-keys").await.expect(200)), ["b", "a", "c"]);
    assert!(names(bob.browser.get("/auth/api-keys").await.expect(200)).is_empty());
    app.stranger().get("/auth/api-keys").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn a_key_that_was_used_says_when() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["metrics:read"]).await;
    let last_use =
        async || ada.browser.get("/auth/api-keys").await.expect(200)["items"][0]["last_used_at"].clone();
    assert_eq!(last_use().await, Value::Null);
    let _ = machine.get("/api/v1/metrics").await.expect(200);
    assert!(last_use().await.is_string());
}

#[actix_web::test]
async fn a_key_without_a_name_or_a_scope_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let long = "x".repeat(101);
    for (name, scopes, code) in [
        ("", json!(["metrics:read"]), "name_invalid"),
        (" \t ", json!(["metrics:read"]), "name_invalid"),
        (long.as_str(), json!(["metrics:read"]), "name_invalid"),
        ("a\nb", json!(["metrics:read"]), "name_invalid"),
        ("a\0b", json!(["metrics:read"]), "name_invalid"),
        ("key", json!([]), "scopes_empty"),
        ("key", json!(["admin"]), "scope_unknown"),
        ("key", json!(["metrics:read metrics:write"]), "scope_unknown"),
        ("key", json!("metrics:read"), "body_invalid"),
    ] {
        let body = json!({"name": name, "scopes": scopes});
        ada.browser.post("/auth/api-keys", &body).await.expect_problem(422, code);
    }
    assert_eq!(ada.browser.get("/auth/api-keys").await.expect(200), json!({"items": []}));
}

#[actix_web::test]
async fn an_account_has_at_most_a_hundred_keys() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for n in 0..100 {
        create(&ada, &n.to_string(), &["metrics:read"]).await;
    }
    let body = json!({"name": "one more", "scopes": ["metrics:read"]});
    ada.browser.post("/auth/api-keys", &body).await.expect_problem(409, "api_keys_too_many");
}

#[actix_web::test]
async fn a_key_may_do_what_its_scopes_say_and_no_more() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let reader = ada.machine(&["metrics:read"]).await;
    let writer = ada.machine(&["metrics:write"]).await;
    let metric = json!({"name": "mood"});
    reader.post("/api/v1/metrics", &metric).await.expect_problem(403, "scope_insufficient");
    assert_eq!(reader.get("/api/v1/metrics").await.expect(200)["items"], json!([]));
    let _ = writer.post("/api/v1/metrics", &metric).await.expect(201);
    writer.get("/api/v1/metrics").await.expect_problem(403, "scope_insufficient");
    writer.get("/api/v1/series").await.expect_problem(403, "scope_insufficient");
}

#[actix_web::test]
async fn a_revoked_key_is_gone_for_whoever_asks_again() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let key = create(&ada, "key", &["metrics:read"]).await;
    let credential = Credential::from_text(key["key"].as_str().unwrap().to_owned());
    let authority = Arc::new(LocalAuthority::new(state(&app.database), "ingest"));
    let url = http_settings().public_url;
    let asking = Authenticator::new(authority.clone(), &url).with_freshness(Duration::ZERO);
    let remembering = Authenticator::new(authority, &url).with_freshness(Duration::MAX);
    asking.check(&credential).await.unwrap();
    remembering.check(&credential).await.unwrap();
    assert_eq!(revoke(&ada, &key).await.status, 204);
    assert_eq!(asking.check(&credential).await.unwrap_err().status(), 401);
    remembering.check(&credential).await.unwrap();
    assert_eq!(ada.browser.get("/auth/api-keys").await.expect(200), json!({"items": []}));
    revoke(&ada, &key).await.expect_problem(404, "api_key_not_found");
}

#[actix_web::test]
async fn a_key_outlives_a_restart_and_a_revoked_one_does_not() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let (kept, gone) =
        (create(&ada, "kept", &["metrics:read"]).await, create(&ada, "gone", &["metrics:read"]).await);
    let _ = revoke(&ada, &gone).await.expect(204);
    let app = app.restart_with(|_| {});
    let get = async |key: &Value| {
        app.stranger().with_token(key["key"].as_str().unwrap()).get("/api/v1/metrics").await
    };
    let _ = get(&kept).await.expect(200);
    get(&gone).await.expect_problem(401, "api_key_invalid");
}

#[actix_web::test]
async fn nobody_revokes_the_key_of_another() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let key = create(&ada, "key", &["metrics:read"]).await;
    revoke(&bob, &key).await.expect_problem(404, "api_key_not_found");
    let stranger = app.stranger().delete(&format!("/auth/api-keys/{}", key["id"].as_str().unwrap())).await;
    stranger.expect_problem(401, "session_missing");
    let machine = app.stranger().with_token(key["key"].as_str().unwrap());
    let _ = machine.get("/api/v1/metrics").await.expect(200);
}

#[actix_web::test]
async fn an_id_that_is_none_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for id in ["1", "not-an-id", "%00", "018f0000-0000-7000-8000-00000000000g"] {
        let answer = ada.browser.delete(&format!("/auth/api-keys/{id}")).await;
        answer.expect_problem(400, "id_invalid");
    }
}
