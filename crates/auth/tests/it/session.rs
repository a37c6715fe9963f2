//! The session cookie, and what ends it.

use serde_json::Value;
use tallykeep_test_support::{Answer, SignedIn, TestApp};

use crate::support::{bare_browser, cookie, execute, log_in, registration, texts};

/// Name and attributes of the cookie that `answer` sets, in lower case, without its value.
fn attributes(answer: &Answer) -> Vec<String> {
    let parts = answer.header("set-cookie").split("; ");
    let parts =
        parts.enumerate().map(|(n, part)| if n == 0 { part.split('=').next().unwrap() } else { part });
    let mut parts: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    parts[1..].sort_unstable();
    parts
}

async fn register(app: &TestApp) -> Answer {
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    let _ = answer.expect(201);
    answer
}

#[actix_web::test]
async fn over_https_the_cookie_is_for_this_host_and_https_alone() {
    let app = TestApp::with(|settings| settings.http.public_url = "https://numbers.example".into());
    let expected =
        ["__host-tallykeep_session", "httponly", "max-age=2592000", "path=/", "samesite=lax", "secure"];
    assert_eq!(attributes(&register(&app).await), expected);
    assert_eq!(attributes(&log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await), expected);
}

#[actix_web::test]
async fn without_https_the_cookie_is_the_best_that_browsers_take() {
    let app = TestApp::start();
    let expected = ["tallykeep_session", "httponly", "max-age=2592000", "path=/", "samesite=lax"];
    assert_eq!(attributes(&register(&app).await), expected);
}

#[actix_web::test]
async fn over_https_a_cookie_without_the_prefix_is_ignored() {
    let app = TestApp::with(|settings| settings.http.public_url = "https://numbers.example".into());
    let answer = register(&app).await;
    let plain = cookie(&answer).replace("__Host-", "");
    let browser = app.stranger().with_header("cookie", &plain);
    browser.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn a_session_lasts_as_long_as_its_cookie() {
    let app = TestApp::with(|settings| settings.auth.session_days = 7);
    let answer = register(&app).await;
    assert!(answer.header("set-cookie").contains("Max-Age=604800"), "{}", answer.header("set-cookie"));
    let days =
        "select round(extract(epoch from expires_at - created_at) / 86400)::text as text from auth.sessions";
    assert_eq!(texts(&app.database, days), ["7"]);
}

#[actix_web::test]
async fn without_a_session_nobody_is_signed_in() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    for wrong in ["tallykeep_session=", "tallykeep_session=x", "other=x", "tallykeep_session", "="] {
        let browser =
            app.stranger().with_header("cookie", wrong).with_header("sec-fetch-site", "same-origin");
        browser.get("/auth/account").await.expect_problem(401, "session_missing");
        browser.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
        browser.post("/auth/logout", &Value::Null).await.expect_problem(401, "session_missing");
    }
}

#[actix_web::test]
async fn cookies_of_other_tools_on_the_host_do_no_harm() {
    let app = TestApp::start();
    let answer = register(&app).await;
    for cookies in [
        format!("theme=dark; {}", cookie(&answer)),
        format!("broken; {}; =; a=b=c", cookie(&answer)),
        format!("a=%ff; {}", cookie(&answer)),
    ] {
        let browser = app.stranger().with_header("cookie", &cookies);
        let _ = browser.get("/auth/account").await.expect(200);
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_no_other() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let elsewhere = app.stranger().with_header("cookie", cookie(&answer));
    let goodbye = ada.browser.post("/auth/logout", &Value::Null).await;
    assert_eq!(goodbye.status, 204);
    assert!(goodbye.header("set-cookie").starts_with("tallykeep_session=; "));
    assert!(goodbye.header("set-cookie").contains("Max-Age=0"));
    ada.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    ada.browser.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
    ada.browser.post("/auth/logout", &Value::Null).await.expect_problem(401, "session_missing");
    let _ = elsewhere.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn a_session_that_has_ended_is_no_session() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    let _ = browser.get("/auth/account").await.expect(200);
    execute(&app.database, "update auth.sessions set expires_at = now() - interval '1 second'");
    browser.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn a_browser_with_a_long_or_strange_name_can_sign_in() {
    let app = TestApp::start();
    let long = "x".repeat(5_000);
    for (n, name) in [long.as_str(), "tab\there", "ünknown"].into_iter().enumerate() {
        let browser = app.stranger().with_header("user-agent", name);
        let answer = browser.post("/auth/register", &registration(&format!("ada{n}@example.org"))).await;
        let _ = answer.expect(201);
    }
    let longest = "select max(length(user_agent))::text as text from auth.sessions";
    assert_eq!(texts(&app.database, longest), ["256"]);
}
