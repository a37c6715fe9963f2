//! The audit log.

use serde_json::{Value, json};
use tallykeep_test_support::{SignedIn, TestApp};

use crate::support::{execute, log_in, texts};

fn actions(events: &Value) -> Vec<(String, bool)> {
    let items = events["items"].as_array().unwrap().iter();
    items
        .map(|event| (event["action"].as_str().unwrap().to_owned(), event["succeeded"].as_bool().unwrap()))
        .collect()
}

#[actix_web::test]
async fn an_account_reads_what_happened_to_it() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    let robot = app.stranger().with_header("user-agent", "Robot\u{9}1.0");
    let _ = log_in(&robot, "ada@example.org", "not her password").await.expect(401);
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let _ = ada.create_key(&["metrics:read"]).await;
    let _ = ada.browser.post("/auth/logout", &Value::Null).await;
    let again = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let ada = SignedIn::with_cookie(&app.stranger(), &again).await;
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    let expected = [
        ("sign_in", true),
        ("sign_out", true),
        ("create_api_key", true),
        ("sign_in", true),
        ("sign_in", false),
        ("sign_in", true),
        ("register", true),
    ];
    assert_eq!(actions(&events), expected.map(|(action, succeeded)| (action.to_owned(), succeeded)));
    let failed = &events["items"][4];
    assert_eq!(failed["address"], "127.0.0.1");
    assert_eq!(failed["user_agent"], "Robot\u{9}1.0");
    assert!(failed["trace_id"].as_str().unwrap().len() >= 32, "{failed}");
    assert_eq!(events["items"][2]["detail"]["name"], "test");
    assert!(!events.to_string().contains(SignedIn::PASSWORD));
}

#[actix_web::test]
async fn events_come_in_pages() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for _ in 0..4 {
        let _ = ada.create_key(&["metrics:read"]).await;
    }
    let mut path = "/auth/audit-events?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = ada.browser.get(&path).await.expect(200);
        seen.extend(actions(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/auth/audit-events?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    assert_eq!(seen[5].0, "register");
    ada.browser.get("/auth/audit-events?limit=0").await.expect_problem(400, "limit_invalid");
    ada.browser.get("/auth/audit-events?cursor=x").await.expect_problem(400, "cursor_invalid");
}

#[actix_web::test]
async fn the_administrator_reads_what_happened_to_everybody_and_nobody_else_does() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let _ = log_in(&app.stranger(), "nobody@example.org", SignedIn::PASSWORD).await.expect(401);
    bob.browser.get("/auth/admin/audit-events").await.expect_problem(403, "administrator_needed");
    let all = ada.browser.get("/auth/admin/audit-events").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 5);
    assert_eq!(all["items"][0]["account_id"], Value::Null);
    assert_eq!(all["items"][0]["succeeded"], false);
    let id = bob.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let path = format!("/auth/admin/audit-events?account_id={id}");
    let of_bob = ada.browser.get(&path).await.expect(200);
    assert_eq!(actions(&of_bob), ["sign_in", "register"].map(|action| (action.to_owned(), true)));
    let wrong = ada.browser.get("/auth/admin/audit-events?account_id=bob").await;
    wrong.expect_problem(400, "id_invalid");
}

#[actix_web::test]
async fn what_did_not_come_about_is_not_told_of() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let missing = "/auth/api-keys/018f0000-0000-7000-8000-000000000000";
    ada.browser.delete(missing).await.expect_problem(404, "api_key_not_found");
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    assert_eq!(actions(&events), ["sign_in", "register"].map(|action| (action.to_owned(), true)));
}

#[actix_web::test]
async fn events_are_forgotten_after_the_days_of_the_setting() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    execute(&app.database, "update auth.audit_events set created_at = now() - interval '10 days'");
    let _ = ada.create_key(&["metrics:read"]).await;
    let app = app.restart_with(|settings| settings.auth.audit_days = 9);
    let count = || texts(&app.database, "select action as text from auth.audit_events");
    while count().len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(), ["create_api_key"]);
    let events = ada.browser.at(&app.url).get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][0]["action"], json!("create_api_key"));
}

#[actix_web::test]
async fn a_parameter_that_is_given_empty_is_not_left_out() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for path in ["/auth/audit-events", "/auth/admin/audit-events", "/auth/admin/accounts"] {
        ada.browser.get(&format!("{path}?limit=")).await.expect_problem(400, "query_invalid");
        ada.browser.get(&format!("{path}?cursor=")).await.expect_problem(400, "cursor_invalid");
        let _ = ada.browser.get(path).await.expect(200);
    }
    assert_eq!(ada.browser.get("/auth/admin/audit-events?account_id=").await.status, 400);
}
