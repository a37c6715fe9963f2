//! What is taken as the body of a request.

use reqwest::Method;
use serde_json::json;
use tallykeep_test_support::{Client, SignedIn, TestApp};

/// Every route that strangers or anybody signed in may send JSON to, with a list of what its fields would be in their
/// order.
fn lists() -> Vec<(Method, &'static str, serde_json::Value)> {
    let (email, password, token) = ("ada@example.org", SignedIn::PASSWORD, "x");
    vec![
        (Method::POST, "/auth/login", json!([email, password])),
        (Method::POST, "/auth/register", json!(["eve@example.org", password, null, null])),
        (Method::POST, "/auth/reauthenticate", json!([password])),
        (Method::POST, "/auth/email-verification/confirm", json!([token])),
        (Method::POST, "/auth/email-change", json!(["ada@example.net", password])),
        (Method::POST, "/auth/email-change/confirm", json!([token])),
        (Method::POST, "/auth/password-reset", json!([email])),
        (Method::POST, "/auth/password-reset/confirm", json!([token, password])),
        (Method::PUT, "/auth/password", json!([password, "another good password"])),
        (Method::PATCH, "/auth/account", json!(["Ada", "en", "UTC"])),
        (Method::DELETE, "/auth/account", json!([password])),
        (Method::POST, "/auth/api-keys", json!(["key", ["metrics:read"], null, null])),
    ]
}

#[actix_web::test]
async fn a_list_is_no_object() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for (method, path, list) in lists() {
        let answer = Client::send(ada.browser.request(method, path).json(&list)).await;
        answer.expect_problem(422, "body_invalid");
    }
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["name"], json!(null));
}

#[actix_web::test]
async fn what_is_not_said_to_be_json_is_not_read_as_such() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for (method, path, _) in lists() {
        for kind in ["text/plain", "text/json", "application/x-www-form-urlencoded"] {
            let request = ada.browser.request(method.clone(), path).header("content-type", kind).body("{}");
            Client::send(request).await.expect_problem(415, "media_type_unsupported");
        }
    }
}
