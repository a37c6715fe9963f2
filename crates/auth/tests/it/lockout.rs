//! Lockout after failures.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{Transaction, execute, log_in, serve, texts};

const ADA: &str = "ada@example.org";
const WRONG: &str = "not the password of anybody";
const MOST: usize = 5;

async fn fail(client: &Client, email: &str, times: usize) {
    for _ in 0..times {
        log_in(client, email, WRONG).await.expect_problem(401, "credentials_invalid");
    }
}

/// What a client sees, but for the request's own number.
fn seen(answer: &Answer) -> (Value, BTreeSet<String>) {
    let mut body = answer.expect_problem(401, "credentials_invalid");
    body["request_id"] = Value::Null;
    (body, answer.headers.keys().map(ToString::to_string).collect())
}

/// The failures that are counted, of each subject.
fn failures(app: &TestApp) -> Vec<String> {
    texts(&app.database, "select failures::text as text from auth.lockouts order by failures")
}

/// The accounts whose lock was told of; `none` for an address without one.
fn locks(app: &TestApp) -> Vec<String> {
    let sql = "select coalesce(account_id::text, 'none') as text from auth.audit_events
        where action = 'auth_lockout_triggered' and not succeeded order by id";
    texts(&app.database, sql)
}

/// Lets `minutes` go by since the last failure.
fn age(app: &TestApp, minutes: u32) {
    let sql =
        format!("update auth.lockouts set last_failed_at = last_failed_at - interval '{minutes} minutes'");
    assert_eq!(execute(&app.database, &sql), 1);
}

#[actix_web::test]
async fn after_five_failures_the_right_password_is_refused_like_a_wrong_one() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    let stranger = app.stranger();
    let wrong = seen(&log_in(&stranger, ADA, WRONG).await);
    fail(&stranger, ADA, MOST - 1).await;
    assert_eq!(seen(&log_in(&stranger, ADA, SignedIn::PASSWORD).await), wrong);
    assert_eq!(seen(&log_in(&stranger, ADA, WRONG).await), wrong);
    assert_eq!(seen(&log_in(&stranger, " ADA@Example.org", SignedIn::PASSWORD).await), wrong);
}

#[actix_web::test]
async fn four_failures_lock_nothing_and_a_success_forgets_them() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    for _ in 0..2 {
        fail(&app.stranger(), ADA, MOST - 1).await;
        let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
        assert_eq!(failures(&app), [""; 0]);
    }
    assert_eq!(locks(&app), [""; 0]);
}

#[actix_web::test]
async fn an_unknown_and_a_malformed_address_lock_like_a_known_one() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    for email in [ADA, "nobody@example.org", "no address at all"] {
        fail(&app.stranger(), email, MOST + 2).await;
    }
    assert_eq!(failures(&app), ["5", "5", "5"]);
    let account = ada.browser.get("/auth/account").await.expect(200);
    assert_eq!(locks(&app), [account["id"].as_str().unwrap(), "none", "none"]);
    let names =
        "select subject::text || (select string_agg(email, '') from auth.accounts) as text from auth.lockouts
        where octet_length(subject) <> 32";
    assert_eq!(texts(&app.database, names), [""; 0]);
}

#[actix_web::test]
async fn spellings_of_an_address_that_nobody_has_are_one() {
    let app = TestApp::start();
    for email in ["nobody@example.org", " Nobody@Example.ORG "] {
        fail(&app.stranger(), email, 2).await;
    }
    assert_eq!(failures(&app), ["4"]);
}

#[actix_web::test]
async fn a_lock_ends_after_fifteen_minutes_and_is_not_drawn_out_by_further_tries() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    fail(&app.stranger(), ADA, MOST).await;
    age(&app, 14);
    fail(&app.stranger(), ADA, 3).await;
    log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
    age(&app, 1);
    let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
    assert_eq!(failures(&app), [""; 0]);
}

#[actix_web::test]
async fn until_an_hour_has_passed_each_further_failure_locks_again() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    fail(&app.stranger(), ADA, MOST).await;
    age(&app, 15);
    fail(&app.stranger(), ADA, 1).await;
    log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
    assert_eq!((failures(&app).remove(0), locks(&app).len()), ("6".to_owned(), 2));
    age(&app, 60);
    fail(&app.stranger(), ADA, MOST - 1).await;
    assert_eq!((failures(&app).remove(0), locks(&app).len()), ("4".to_owned(), 2));
    let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn fifty_tries_at_once_over_two_replicas_are_no_more_than_five() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    let replica = serve(&app.database);
    let clients = [app.stranger(), Client::new(&replica.url)];
    let burst = || join_all((0..50).map(|number| log_in(&clients[number % 2], ADA, WRONG)));
    for answer in burst().await {
        answer.expect_problem(401, "credentials_invalid");
    }
    assert_eq!((failures(&app), locks(&app).len()), (vec!["5".to_owned()], 1));
    age(&app, 15);
    let _ = burst().await;
    assert_eq!((failures(&app), locks(&app).len()), (vec!["6".to_owned()], 2));
    for client in &clients {
        log_in(client, ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
    }
}

#[actix_web::test]
async fn open_sessions_and_other_accounts_go_on() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let _bob = app.register("bob@example.org").await;
    fail(&app.stranger(), ADA, MOST).await;
    let _ = ada.browser.get("/auth/account").await.expect(200);
    let _ = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let _ = ada.page.get("/api/v1/metrics").await.expect(200);
    let _ = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_lock_outlasts_a_restart_and_follows_the_settings() {
    let app = TestApp::start();
    let _ada = app.register(ADA).await;
    fail(&app.stranger(), ADA, MOST).await;
    let app = app.restart_with(|_| {});
    log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
    age(&app, 2);
    let app = app.restart_with(|settings| settings.auth.lockout_minutes = 2);
    let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
    let app = app.restart_with(|settings| settings.auth.max_login_attempts = 1);
    fail(&app.stranger(), ADA, 1).await;
    log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
}

#[actix_web::test]
async fn what_counts_no_more_is_swept_and_a_lock_is_not() {
    let app = TestApp::start();
    fail(&app.stranger(), "old@example.org", 1).await;
    age(&app, 61);
    fail(&app.stranger(), "new@example.org", 2).await;
    let app = app.restart_with(|_| {});
    while failures(&app).len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(failures(&app), ["2"]);
}

#[actix_web::test]
async fn there_is_one_count_for_every_place_that_asks_for_the_password() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let give = |password: &str| json!({"password": password});
    let change = |password: &str| json!({"current_password": password, "new_password": "another long one"});
    for _ in 0..2 {
        for answer in [
            ada.browser.post("/auth/reauthenticate", &give(WRONG)).await,
            ada.browser.put("/auth/password", &change(WRONG)).await,
        ] {
            answer.expect_problem(403, "password_wrong");
        }
    }
    fail(&app.stranger(), ADA, MOST - 4).await;
    for answer in [
        ada.browser.post("/auth/reauthenticate", &give(SignedIn::PASSWORD)).await,
        ada.browser.put("/auth/password", &change(SignedIn::PASSWORD)).await,
    ] {
        answer.expect_problem(403, "password_wrong");
    }
    let answer = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await;
    answer.expect_problem(401, "credentials_invalid");
    let _ = ada.browser.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn where_the_server_fails_the_right_password_is_no_failure() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    execute(&app.database, "alter table auth.sessions add constraint none check (false) not valid");
    for _ in 0..6 {
        assert_eq!(log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.status, 500);
    }
    execute(&app.database, "alter table auth.sessions drop constraint none");
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn whoever_is_kept_out_while_they_sign_in_has_failed() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let change = Transaction::begin(&app.database, "update auth.accounts set disabled_at = now()");
    let stranger = app.stranger();
    let sign_in = log_in(&stranger, "ada@example.org", SignedIn::PASSWORD);
    let (answer, ()) = join(sign_in, change.commit_when_waited_for(&app.database)).await;
    answer.expect_problem(401, "credentials_invalid");
    assert_eq!(texts(&app.database, "select failures::text as text from auth.lockouts"), ["1"]);
    let failures = "select action as text from auth.audit_events where not succeeded";
    assert_eq!(texts(&app.database, failures), ["sign_in"]);
}
