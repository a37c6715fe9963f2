//! Changing the password.

use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{cookie, execute, log_in, texts};

const NEW: &str = "another good password";

async fn change(browser: &Client, current: &str, new: &str) -> Answer {
    browser.put("/auth/password", &json!({"current_password": current, "new_password": new})).await
}

#[actix_web::test]
async fn the_new_password_opens_and_the_old_one_does_not() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let answer = change(&ada.browser, SignedIn::PASSWORD, NEW).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (204, "no-store"));
    let _ = log_in(&app.stranger(), "ada@example.org", NEW).await.expect(200);
    let old = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    old.expect_problem(401, "credentials_invalid");
    let _ = bob.browser.get("/auth/account").await.expect(200);
    let _ = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn other_sessions_end_and_this_one_has_another_token() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let other = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let other = SignedIn::with_cookie(&app.stranger(), &other).await;
    let machine = ada.machine(&["metrics:read"]).await;
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '1 day'");
    let answer = change(&ada.browser, SignedIn::PASSWORD, NEW).await;
    for old in [&other.browser, &ada.browser] {
        old.get("/auth/account").await.expect_problem(401, "session_missing");
        old.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
    }
    let ada = SignedIn::with_cookie(&app.stranger(), &answer).await;
    let _ = ada.create_key(&["metrics:read"]).await;
    let _ = machine.get("/api/v1/metrics").await.expect(200);
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][1]["action"], "change_password");
    assert_eq!(events["items"][1]["detail"], json!({"sessions_ended": 1}));
    assert!(!events.to_string().contains(NEW));
}

#[actix_web::test]
async fn without_the_old_password_nothing_changes() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let hash = || texts(&app.database, "select password_hash as text from auth.accounts");
    let before = hash();
    change(&ada.browser, "not her password", NEW).await.expect_problem(403, "password_wrong");
    let none = ada.browser.put("/auth/password", &json!({"new_password": NEW})).await;
    none.expect_problem(422, "body_invalid");
    change(&ada.browser, SignedIn::PASSWORD, "short").await.expect_problem(422, "password_too_short");
    assert_eq!(hash(), before);
    let _ = ada.browser.get("/auth/account").await.expect(200);
    let events = "select action as text from auth.audit_events where not succeeded";
    assert_eq!(texts(&app.database, events), ["change_password"]);
}

#[actix_web::test]
async fn of_two_changes_at_once_one_counts() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let other = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let other = ada.browser.with_header("cookie", cookie(&other));
    let passwords = ["one good password", "two good passwords"];
    let (one, two) = futures_util::future::join(
        change(&ada.browser, SignedIn::PASSWORD, passwords[0]),
        change(&other, SignedIn::PASSWORD, passwords[1]),
    )
    .await;
    let changed = |answer: &Answer| answer.status == 204;
    assert_ne!(changed(&one), changed(&two), "{one:?} {two:?}");
    let (right, wrong) =
        if changed(&one) { (passwords[0], passwords[1]) } else { (passwords[1], passwords[0]) };
    let _ = log_in(&app.stranger(), "ada@example.org", right).await.expect(200);
    let _ = log_in(&app.stranger(), "ada@example.org", wrong).await.expect(401);
}

/// A session that the old password opens must not outlive its change.
#[actix_web::test]
async fn a_sign_in_that_is_overtaken_by_a_change_of_the_password_is_refused() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let mut change = app.database.connect_as_superuser();
    let mut change = |sql: &str| sql_query(sql).execute(&mut change).unwrap();
    change("begin");
    change("update auth.accounts set password_hash = 'another'");
    let stranger = app.stranger();
    let signing_in =
        tokio::spawn(async move { log_in(&stranger, "ada@example.org", SignedIn::PASSWORD).await });
    let waiting = "select pid::text as text from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while texts(&app.database, waiting).is_empty() && !signing_in.is_finished() {
        tokio::task::yield_now().await;
    }
    change("commit");
    signing_in.await.unwrap().expect_problem(401, "credentials_invalid");
    assert_eq!(texts(&app.database, "select id::text as text from auth.sessions").len(), 1);
}
