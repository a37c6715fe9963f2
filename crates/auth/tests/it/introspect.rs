//! What the other services are told of a credential.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp, TestDatabase};

use crate::support::{SERVICE_CREDENTIAL, serve};

async fn introspect(client: &Client, token: &str) -> Answer {
    Client::send(client.request(Method::POST, "/internal/introspect").form(&[("token", token)])).await
}

#[actix_web::test]
async fn a_service_learns_what_a_key_is_worth() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let account = ada.browser.get("/auth/account").await.expect(200);
    let key = ada.create_key(&["metrics:write"]).await;
    let service = Client::new(&served.url).with_token(SERVICE_CREDENTIAL);
    let answer = introspect(&service, &key).await.expect(200);
    let expected = json!({
        "active": true, "scope": "metrics:write", "sub": account["id"], "zoneinfo": "Europe/Berlin",
    });
    assert_eq!(answer, expected);
}

#[actix_web::test]
async fn of_a_credential_that_is_not_good_nothing_is_said() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let revoked = ada.create_key(&["metrics:write"]).await;
    let list = ada.browser.get("/auth/api-keys").await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap();
    let _ = ada.browser.delete(&format!("/auth/api-keys/{id}")).await.expect(204);
    let token = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let service = Client::new(&served.url).with_token(SERVICE_CREDENTIAL);
    let unknown = "tk_000000000000000000000000000000000000";
    for token in
        [&revoked, token["access_token"].as_str().unwrap(), unknown, "", "x", SERVICE_CREDENTIAL, "\0"]
    {
        assert_eq!(introspect(&service, token).await.expect(200), json!({"active": false}), "{token}");
    }
}

#[actix_web::test]
async fn only_a_service_may_ask() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let stranger = Client::new(&served.url);
    let ada = stranger.register("ada@example.org").await;
    let key = ada.create_key(&["metrics:write"]).await;
    introspect(&stranger, &key).await.expect_problem(401, "service_credential_invalid");
    let both = format!("only-for-tests-query-0123456789abcdef, {SERVICE_CREDENTIAL}");
    for wrong in [&key, &SERVICE_CREDENTIAL[1..], &format!("{SERVICE_CREDENTIAL}x"), &both, "x"] {
        let answer = introspect(&stranger.with_token(wrong), &key).await;
        answer.expect_problem(401, "service_credential_invalid");
    }
    introspect(&ada.page, &key).await.expect_problem(401, "service_credential_invalid");
    introspect(&ada.browser, &key).await.expect_problem(401, "service_credential_invalid");
    let _ = introspect(&stranger.with_token(SERVICE_CREDENTIAL), &key).await.expect(200);
}

#[actix_web::test]
async fn a_question_of_another_shape_is_refused() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let service = Client::new(&served.url).with_token(SERVICE_CREDENTIAL);
    let ask = || service.request(Method::POST, "/internal/introspect");
    for (request, status, code) in [
        (ask().json(&json!({"token": "x"})), 415, "media_type_unsupported"),
        (ask().form(&[("tokn", "x")]), 422, "body_invalid"),
        (ask().form(&[("token", "x".repeat(20_000))]), 413, "body_too_large"),
    ] {
        Client::send(request).await.expect_problem(status, code);
    }
}

#[actix_web::test]
async fn one_process_does_not_offer_it() {
    let app = TestApp::start();
    let service = app.stranger().with_token(SERVICE_CREDENTIAL);
    introspect(&service, "x").await.expect_problem(404, "route_not_found");
}
