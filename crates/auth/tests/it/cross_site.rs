//! Requests that another site's page made a browser send.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};

use crate::support::{bare_browser, texts};

const KEYS: &str = "select name as text from auth.api_keys";

async fn make_key(browser: &Client) -> tallykeep_test_support::Answer {
    browser.post("/auth/api-keys", &json!({"name": "key", "scopes": ["metrics:read"]})).await
}

#[actix_web::test]
async fn a_page_of_another_site_can_change_nothing() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    for site in ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site"] {
        let browser = browser.with_header("sec-fetch-site", site);
        make_key(&browser).await.expect_problem(403, "csrf_refused");
        for path in ["/auth/token", "/auth/logout", "/auth/invitations"] {
            browser.post(path, &Value::Null).await.expect_problem(403, "csrf_refused");
        }
        browser
            .delete("/auth/api-keys/018f0000-0000-7000-8000-000000000000")
            .await
            .expect_problem(403, "csrf_refused");
    }
    assert!(texts(&app.database, KEYS).is_empty());
    let _ = browser.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn what_the_browser_says_of_the_site_counts_more_than_the_origin() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("origin", &app.url);
    make_key(&browser.with_header("sec-fetch-site", "cross-site")).await.expect_problem(403, "csrf_refused");
}

#[actix_web::test]
async fn an_older_browser_is_known_by_its_origin() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    let port = app.url.rsplit(':').next().unwrap();
    for origin in [
        "null",
        "",
        "https://evil.example",
        "http://127.0.0.1",
        &format!("http://127.0.0.1.evil.example:{port}"),
        &format!("http://evil@127.0.0.1:{port}"),
        &format!("127.0.0.1:{port}"),
        &format!("{}/", app.url),
    ] {
        make_key(&browser.with_header("origin", origin)).await.expect_problem(403, "csrf_refused");
    }
    assert!(texts(&app.database, KEYS).is_empty());
    let _ = make_key(&browser.with_header("origin", &app.url)).await.expect(201);
}

#[actix_web::test]
async fn a_request_with_a_cookie_that_says_nothing_of_where_it_comes_from_is_refused() {
    let app = TestApp::start();
    make_key(&bare_browser(&app).await).await.expect_problem(403, "csrf_refused");
    assert!(texts(&app.database, KEYS).is_empty());
}

#[actix_web::test]
async fn reading_is_not_refused() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    let _ = browser.get("/auth/account").await.expect(200);
    let _ = browser.with_header("sec-fetch-site", "cross-site").get("/auth/api-keys").await.expect(200);
}

#[actix_web::test]
async fn another_site_cannot_read_what_it_asked_for() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("origin", "https://evil.example");
    for answer in [
        browser.get("/auth/account").await,
        Client::send(browser.request(Method::OPTIONS, "/auth/token")).await,
    ] {
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        assert!(names.iter().all(|name| !name.starts_with("access-control-")), "{names:?}");
    }
}

#[actix_web::test]
async fn a_cookie_opens_no_service_but_auth() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("sec-fetch-site", "same-origin");
    browser.get("/api/v1/metrics").await.expect_problem(401, "credential_missing");
    let body = json!({"name": "mood"});
    browser.post("/api/v1/metrics", &body).await.expect_problem(401, "credential_missing");
}

#[actix_web::test]
async fn a_bearer_request_needs_no_word_on_its_site_and_its_cookie_is_ignored() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let machine = ada.machine(&["metrics:write", "metrics:read"]).await;
    let cookie = bob.browser.request(Method::GET, "/").build().unwrap().headers()["cookie"].clone();
    let both =
        machine.with_header("cookie", cookie.to_str().unwrap()).with_header("sec-fetch-site", "cross-site");
    let _ = both.post("/api/v1/metrics", &json!({"name": "mood"})).await.expect(201);
    assert_eq!(ada.page.get("/api/v1/metrics").await.expect(200)["items"][0]["name"], "mood");
    assert_eq!(bob.page.get("/api/v1/metrics").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_token_or_key_opens_no_session() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["metrics:write", "metrics:read"]).await;
    for client in [&ada.page, &machine] {
        let client = client.with_header("sec-fetch-site", "same-origin");
        client.get("/auth/account").await.expect_problem(401, "session_missing");
        client.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
        make_key(&client).await.expect_problem(401, "session_missing");
    }
}
