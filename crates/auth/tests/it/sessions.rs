//! Where an account is signed in: the list, its ends, and sessions that nobody uses.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::support::{bare_browser, cookie, execute, log_in, texts};

const IDS: &str = "select id::text as text from auth.sessions";

/// Signs in from another browser.
async fn elsewhere(app: &TestApp, email: &str) -> Client {
    let robot = app.stranger().with_header("user-agent", "Robot 1.0");
    let answer = log_in(&robot, email, SignedIn::PASSWORD).await;
    robot.with_header("cookie", cookie(&answer)).with_header("sec-fetch-site", "same-origin")
}

async fn sessions(browser: &Client) -> Vec<Value> {
    browser.get("/auth/sessions").await.expect(200)["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn an_account_sees_where_it_is_signed_in() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    let robot = elsewhere(&app, "ada@example.org").await;
    let list = sessions(&robot).await;
    let of = |name: &str| list.iter().map(|session| session[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("current"), [false, true]);
    assert_eq!(of("user_agent")[1], "Robot 1.0");
    assert_eq!(of("address"), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(of("methods"), [json!(["pwd"]), json!(["pwd"])]);
    for name in ["created_at", "last_used_at", "expires_at"] {
        assert!(list.iter().all(|session| session[name].is_string()), "{list:?}");
    }
    let fields: Vec<_> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    let known =
        ["id", "user_agent", "address", "methods", "created_at", "last_used_at", "expires_at", "current"];
    assert_eq!(fields, known, "nothing of a token is told");
    assert_eq!(sessions(&ada.browser).await[0]["current"], true);
}

#[actix_web::test]
async fn ending_a_session_is_felt_at_once() {
    let app = TestApp::with(|settings| {
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    let ada = app.register("ada@example.org").await;
    let robot = elsewhere(&app, "ada@example.org").await;
    let at_tool = robot
        .with_header("x-forwarded-method", "GET")
        .with_header("x-forwarded-proto", "http")
        .with_header("x-forwarded-host", "localhost:8080")
        .with_header("x-forwarded-uri", "/");
    let _ = at_tool.get("/auth/forward").await.expect(200);
    let id = sessions(&robot).await[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(ada.browser.delete(&format!("/auth/sessions/{id}")).await.status, 204);
    robot.get("/auth/account").await.expect_problem(401, "session_missing");
    robot.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
    at_tool.get("/auth/forward").await.expect_problem(401, "credential_missing");
    let again = ada.browser.delete(&format!("/auth/sessions/{id}")).await;
    again.expect_problem(404, "session_not_found");
    assert_eq!(sessions(&ada.browser).await.len(), 1);
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][0]["action"], "revoke_session");
    assert_eq!(events["items"][0]["detail"], json!({"session": id}));
}

#[actix_web::test]
async fn a_session_of_somebody_else_is_not_found() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let id = sessions(&ada.browser).await[0]["id"].as_str().unwrap().to_owned();
    let answer = bob.browser.delete(&format!("/auth/sessions/{id}")).await;
    answer.expect_problem(404, "session_not_found");
    bob.browser.delete("/auth/sessions/x").await.expect_problem(400, "id_invalid");
    assert_eq!(bob.browser.delete("/auth/sessions").await.status, 204);
    let _ = ada.browser.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn all_other_sessions_end_together() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let others = [elsewhere(&app, "ada@example.org").await, elsewhere(&app, "ada@example.org").await];
    assert_eq!(ada.browser.delete("/auth/sessions").await.status, 204);
    for other in others {
        other.get("/auth/account").await.expect_problem(401, "session_missing");
    }
    assert_eq!(sessions(&ada.browser).await.len(), 1);
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][0]["action"], "revoke_other_sessions");
    assert_eq!(events["items"][0]["detail"], json!({"sessions_ended": 2}));
}

#[actix_web::test]
async fn a_session_that_nobody_uses_ends() {
    let app = TestApp::with(|settings| settings.auth.session_idle_hours = 2);
    let browser = bare_browser(&app).await;
    execute(&app.database, "update auth.sessions set last_used_at = now() - interval '119 minutes'");
    let _ = browser.get("/auth/account").await.expect(200);
    execute(&app.database, "update auth.sessions set last_used_at = now() - interval '121 minutes'");
    browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let robot = elsewhere(&app, "ada@example.org").await;
    assert_eq!(sessions(&robot).await.len(), 1);
    assert_eq!(texts(&app.database, IDS).len(), 1, "a sign-in clears away what has ended");
}

#[actix_web::test]
async fn the_last_use_is_noted_to_the_minute() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    let age = "select round(extract(epoch from now() - last_used_at) / 60)::text as text from auth.sessions";
    execute(&app.database, "update auth.sessions set last_used_at = now() - interval '50 seconds'");
    let _ = browser.get("/auth/account").await.expect(200);
    assert_eq!(texts(&app.database, age), ["1"], "not written yet");
    execute(&app.database, "update auth.sessions set last_used_at = now() - interval '1 day'");
    let _ = browser.get("/auth/account").await.expect(200);
    assert_eq!(texts(&app.database, age), ["0"]);
}

#[actix_web::test]
async fn ended_sessions_of_all_accounts_are_swept() {
    let app = TestApp::start();
    for name in ["ada", "bob", "eve"] {
        let _ = app.register(&format!("{name}@example.org")).await;
    }
    let of = |name: &str| {
        format!("account_id = (select id from auth.accounts where email = '{name}@example.org')")
    };
    for change in [
        format!("expires_at = now() where {}", of("ada")),
        format!("last_used_at = now() - interval '8 days' where {}", of("bob")),
    ] {
        execute(&app.database, &format!("update auth.sessions set {change}"));
    }
    let app = app.restart_with(|_| {});
    let owners = || {
        texts(
            &app.database,
            "select email as text from auth.sessions join auth.accounts a on a.id = account_id",
        )
    };
    while owners().len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(owners(), ["eve@example.org"]);
}
