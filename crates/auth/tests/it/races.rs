//! What happens between a check and what it permits; and that nobody waits in a circle.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{Transaction, app_with_mail, texts, wait_for_a_lock};

const OF_ADA: &str = "where email = 'ada@example.org'";

/// Sends the request while another transaction has Ada's account, and does `meanwhile` before that ends.
async fn answer_after(
    app: &TestApp,
    ada: &SignedIn,
    (method, path, body): (Method, &str, Value),
    meanwhile: &str,
) -> Answer {
    let held = format!("select from auth.accounts {OF_ADA} for update");
    let mut other = Transaction::begin(&app.database, &held);
    let sent = tokio::spawn(Client::send(ada.browser.request(method, path).json(&body)));
    wait_for_a_lock(&app.database).await;
    other.run(meanwhile);
    other.commit_when_waited_for(&app.database).await;
    sent.await.unwrap()
}

fn everything_that_needs_the_password() -> Vec<(Method, &'static str, Value)> {
    let password = SignedIn::PASSWORD;
    vec![
        (Method::POST, "/auth/email-change", json!({"email": "eve@example.org", "password": password})),
        (Method::DELETE, "/auth/account", json!({"password": password})),
        (Method::POST, "/auth/reauthenticate", json!({"password": password})),
        (
            Method::PUT,
            "/auth/password",
            json!({"current_password": password, "new_password": "another good password"}),
        ),
    ]
}

#[actix_web::test]
async fn a_password_that_is_changed_after_it_was_checked_permits_nothing() {
    for request in everything_that_needs_the_password() {
        let (app, path) = (TestApp::start(), request.1);
        let ada = app.register("ada@example.org").await;
        let before = "select email || role as text from auth.accounts where erase_after is null";
        let account = texts(&app.database, before);
        let change = format!("update auth.accounts set password_hash = 'another' {OF_ADA}");
        let answer = answer_after(&app, &ada, request, &change).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (409, &json!("password_changed")),
            "{path}"
        );
        assert_eq!(texts(&app.database, before), account, "{path}");
        assert_eq!(
            texts(&app.database, "select password_hash as text from auth.accounts"),
            ["another"],
            "{path}"
        );
    }
}

#[actix_web::test]
async fn whoever_is_kept_out_after_the_check_changes_nothing() {
    let key = (Method::POST, "/auth/api-keys", json!({"name": "key", "scopes": ["metrics:read"]}));
    for request in everything_that_needs_the_password().into_iter().chain([key]) {
        let (app, path) = (TestApp::start(), request.1);
        let ada = app.register("ada@example.org").await;
        let disable = format!("update auth.accounts set disabled_at = now() {OF_ADA}");
        let answer = answer_after(&app, &ada, request, &disable).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (401, &json!("session_missing")),
            "{path}"
        );
        assert!(texts(&app.database, "select name as text from auth.api_keys").is_empty());
    }
}

#[actix_web::test]
async fn a_session_that_ends_after_the_check_makes_no_key() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let request = (Method::POST, "/auth/api-keys", json!({"name": "key", "scopes": ["metrics:read"]}));
    let answer = answer_after(&app, &ada, request, "delete from auth.sessions").await;
    answer.expect_problem(401, "session_missing");
    assert!(texts(&app.database, "select name as text from auth.api_keys").is_empty());
}

#[actix_web::test]
async fn whoever_is_demoted_after_the_check_administers_nothing() {
    for (method, path, body) in [
        (Method::POST, "/auth/invitations", Value::Null),
        (Method::PUT, "/auth/admin/groups/family", Value::Null),
        (Method::PATCH, "/auth/admin/accounts/{bob}", json!({"disabled": true})),
        (Method::DELETE, "/auth/admin/accounts/{bob}", Value::Null),
        (Method::POST, "/auth/admin/accounts/{bob}/password-reset", Value::Null),
    ] {
        let app = TestApp::start();
        let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
        let id = bob.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
        let demote = format!("update auth.accounts set role = 'member' {OF_ADA}");
        let request = (method, path.replace("{bob}", &id), body);
        let answer = answer_after(&app, &ada, (request.0, &request.1, request.2), &demote).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (403, &json!("administrator_needed")),
            "{path}"
        );
        let done = "select name as text from auth.groups union all select 'invitation' from auth.invitations
            union all select email from auth.accounts where disabled_at is not null or erase_after is not null
            union all select purpose from auth.one_time_tokens";
        assert!(texts(&app.database, done).is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn who_uses_a_link_takes_the_account_before_it_like_the_job_that_sends_links() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let _ = ada
        .browser
        .post("/auth/email-change", &json!({"email": "ada@example.net", "password": SignedIn::PASSWORD}))
        .await
        .expect(202);
    let token = smtp.next().token();
    // As the job does: the account, then the mail, then the link.
    let held = format!("select from auth.accounts {OF_ADA} for share");
    let mut job = Transaction::begin(&app.database, &held);
    let stranger = app.stranger();
    let body = json!({"token": token});
    let sent = tokio::spawn(async move { stranger.post("/auth/email-change/confirm", &body).await });
    wait_for_a_lock(&app.database).await;
    job.run("select from auth.outbox for update nowait");
    job.run("select from auth.one_time_tokens for update nowait");
    job.commit_when_waited_for(&app.database).await;
    let _ = sent.await.unwrap().expect(204);
}

#[actix_web::test]
async fn a_change_of_role_and_standing_takes_the_administrators_first() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let path = format!(
        "/auth/admin/accounts/{}",
        bob.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap()
    );
    let _ = ada.browser.patch(&path, &json!({"role": "administrator"})).await.expect(200);
    let held = format!("select from auth.accounts {OF_ADA} for no key update");
    let mut other = Transaction::begin(&app.database, &held);
    let browser = ada.browser.clone();
    let both = json!({"role": "administrator", "disabled": true});
    let sent = tokio::spawn(async move { browser.patch(&path, &both).await });
    wait_for_a_lock(&app.database).await;
    other.run("select from auth.accounts where email = 'bob@example.org' for no key update nowait");
    other.commit_when_waited_for(&app.database).await;
    assert!(sent.await.unwrap().expect(200)["disabled_at"].is_string());
}
