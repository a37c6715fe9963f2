//! Giving the password once more, and what needs it.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::support::{bare_browser, cookie, execute, texts};

const LONG_AGO: &str = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";

async fn browser(app: &TestApp) -> Client {
    bare_browser(app).await.with_header("sec-fetch-site", "same-origin")
}

async fn make_key(browser: &Client) -> tallykeep_test_support::Answer {
    browser.post("/auth/api-keys", &json!({"name": "key", "scopes": ["metrics:read"]})).await
}

async fn give(browser: &Client, password: &str) -> tallykeep_test_support::Answer {
    browser.post("/auth/reauthenticate", &json!({"password": password})).await
}

#[actix_web::test]
async fn long_after_the_sign_in_a_key_needs_the_password() {
    let app = TestApp::start();
    let browser = browser(&app).await;
    let _ = make_key(&browser).await.expect(201);
    execute(&app.database, LONG_AGO);
    make_key(&browser).await.expect_problem(403, "reauthentication_needed");
    let answer = give(&browser, SignedIn::PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (204, "no-store"));
    let browser = browser.with_header("cookie", cookie(&answer));
    let _ = make_key(&browser).await.expect(201);
}

#[actix_web::test]
async fn a_rotation_is_no_proof_of_the_password() {
    let app = TestApp::start();
    let browser = browser(&app).await;
    execute(&app.database, LONG_AGO);
    execute(&app.database, "update auth.sessions set rotated_at = now() - interval '1 hour'");
    let answer = browser.post("/auth/token", &Value::Null).await;
    let browser = browser.with_header("cookie", cookie(&answer));
    make_key(&browser).await.expect_problem(403, "reauthentication_needed");
}

#[actix_web::test]
async fn the_session_has_another_token_then_and_the_old_ones_are_void_at_once() {
    let app = TestApp::start();
    let first = browser(&app).await;
    execute(&app.database, "update auth.sessions set rotated_at = now() - interval '1 hour'");
    let second = first.with_header("cookie", cookie(&first.post("/auth/token", &Value::Null).await));
    let answer = give(&second, SignedIn::PASSWORD).await;
    let third = first.with_header("cookie", cookie(&answer));
    assert!(answer.header("set-cookie").contains("HttpOnly"), "{answer:?}");
    // Requests of other tabs that were under way are refused, and are no reason to end the session.
    for old in [&first, &second] {
        old.get("/auth/account").await.expect_problem(401, "session_missing");
        old.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
    }
    let _ = third.get("/auth/account").await.expect(200);
    assert_eq!(third.get("/auth/sessions").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let events = third.get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][0]["action"], "reauthenticate");
    assert_eq!(events["items"][0]["succeeded"], true);
}

#[actix_web::test]
async fn a_wrong_password_proves_nothing_and_is_recorded() {
    let app = TestApp::start();
    let browser = browser(&app).await;
    execute(&app.database, LONG_AGO);
    for wrong in ["not the password of anybody", "", &"x".repeat(100_000)] {
        let answer = give(&browser, wrong).await;
        answer.expect_problem(403, "password_wrong");
        assert_eq!(cookie(&answer), "");
    }
    make_key(&browser).await.expect_problem(403, "reauthentication_needed");
    let failures = "select action as text from auth.audit_events where not succeeded";
    assert_eq!(texts(&app.database, failures), ["reauthenticate"; 3]);
}

#[actix_web::test]
async fn of_two_at_once_with_one_token_the_second_comes_too_late() {
    let app = TestApp::start();
    let browser = browser(&app).await;
    let password = SignedIn::PASSWORD;
    let answers = futures_util::future::join(give(&browser, password), give(&browser, password)).await;
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    let good = if answers.0.status == 204 { &answers.0 } else { &answers.1 };
    let _ = browser.with_header("cookie", cookie(good)).get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn long_after_the_sign_in_an_administrator_changes_nothing_without_the_password() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let id = ada.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    execute(&app.database, LONG_AGO);
    let link = format!("/auth/admin/accounts/{id}/password-reset");
    for path in [link.as_str(), "/auth/invitations"] {
        ada.browser.post(path, &Value::Null).await.expect_problem(403, "reauthentication_needed");
    }
    let account = format!("/auth/admin/accounts/{id}");
    let change = ada.browser.patch(&account, &json!({"role": "member"})).await;
    change.expect_problem(403, "reauthentication_needed");
    let _ = ada.browser.get("/auth/admin/accounts").await.expect(200);
}
