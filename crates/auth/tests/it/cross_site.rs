//! Requests that another site's page made a browser send.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::{
    oauth_pages::OPEN,
    support::{bare_browser, cookie, log_in, registration, texts},
};

/// Of the public address in these tests.
const ORIGIN: &str = "http://localhost:8080";
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
    let browser = bare_browser(&app).await.with_header("origin", ORIGIN);
    make_key(&browser.with_header("sec-fetch-site", "cross-site")).await.expect_problem(403, "csrf_refused");
}

#[actix_web::test]
async fn an_older_browser_is_known_by_its_origin() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await;
    for origin in [
        "null",
        "",
        "https://evil.example",
        "https://localhost:8080",
        "http://localhost",
        "http://localhost:80",
        "http://localhost:80801",
        "http://localhost:8080.evil.example",
        "http://evil@localhost:8080",
        "http://LOCALHOST:8080",
        "localhost:8080",
        "http://localhost:8080/",
        // What the client calls the host is no proof of what it is.
        &app.url,
    ] {
        make_key(&browser.with_header("origin", origin)).await.expect_problem(403, "csrf_refused");
    }
    assert!(texts(&app.database, KEYS).is_empty());
    let _ = make_key(&browser.with_header("origin", ORIGIN)).await.expect(201);
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
async fn an_origin_is_told_with_its_port_only_where_that_is_not_the_usual_one() {
    let app = TestApp::with(|settings| settings.http.public_url = "https://Numbers.example:443/".into());
    let browser = bare_browser(&app).await;
    let _ = make_key(&browser.with_header("origin", "https://numbers.example")).await.expect(201);
    for origin in ["https://numbers.example:443", "http://numbers.example"] {
        make_key(&browser.with_header("origin", origin)).await.expect_problem(403, "csrf_refused");
    }
}

#[actix_web::test]
async fn a_header_that_is_there_twice_is_believed_only_if_it_says_the_same() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("sec-fetch-site", "same-origin");
    let request = browser.request(Method::POST, "/auth/token").header("sec-fetch-site", "cross-site");
    Client::send(request).await.expect_problem(403, "csrf_refused");
}

/// Every operation of the document: method, path, and whether a cookie is its credential.
fn operations() -> Vec<(Method, String, bool)> {
    let document = serde_json::to_value(tallykeep_auth::openapi()).unwrap();
    let mut found = Vec::new();
    for (template, methods) in document["paths"].as_object().unwrap() {
        let fill =
            |part| if str::starts_with(part, '{') { "018f0000-0000-7000-8000-000000000000" } else { part };
        let path = template.split('/').map(fill).collect::<Vec<_>>().join("/");
        for (method, description) in methods.as_object().unwrap() {
            let security = description["security"].to_string();
            let by_cookie = ["session", "pending_sign_in"].iter().any(|cookie| security.contains(cookie));
            found.push((method.to_uppercase().parse().unwrap(), path.clone(), by_cookie));
        }
    }
    found
}

/// Whether a page of any origin may ask there, since no cookie counts: `oauth_pages.rs` tells what it is answered.
fn is_for_any_origin(path: &str) -> bool {
    OPEN.iter().any(|(open, _)| *open == path)
}

/// What is sent on by GET whoever sends it: `oauth_authorize_by_post.rs`.
const SENT_ON: &str = "/auth/oauth2/authorize";

/// Holds what is added later to it, too.
#[actix_web::test]
async fn no_operation_that_changes_something_is_done_for_a_page_of_another_site() {
    let app = TestApp::start();
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    let cookies = format!("{}; tallykeep_sign_in=whatever", cookie(&answer));
    let browser = app.stranger().with_header("cookie", &cookies);
    let is_open = |path: &str| path == SENT_ON || is_for_any_origin(path);
    let changes = operations().into_iter().filter(|(method, path, _)| !method.is_safe() && !is_open(path));
    for (method, path, by_cookie) in changes {
        let send = |browser: &Client| Client::send(browser.request(method.clone(), &path));
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            send(&browser.with_header(name, value)).await.expect_problem(403, "csrf_refused");
        }
        let silent = send(&browser).await;
        assert_eq!(silent.status == 403, by_cookie, "{method} {path}: {}", silent.body);
    }
}

#[actix_web::test]
async fn no_page_of_another_site_signs_a_person_in_as_somebody_else() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let elsewhere = app.stranger().with_header("origin", "https://evil.example");
    for browser in [elsewhere.clone(), elsewhere.with_header("sec-fetch-site", "cross-site")] {
        for answer in [
            log_in(&browser, "ada@example.org", SignedIn::PASSWORD).await,
            browser.post("/auth/register", &registration("eve@example.org")).await,
        ] {
            answer.expect_problem(403, "csrf_refused");
            assert_eq!(cookie(&answer), "");
        }
    }
    for browser in [
        app.stranger().with_header("origin", ORIGIN),
        app.stranger().with_header("sec-fetch-site", "same-origin").with_header("origin", ORIGIN),
    ] {
        let _ = log_in(&browser, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    }
}

#[actix_web::test]
async fn what_a_form_can_send_is_not_taken_for_json() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("sec-fetch-site", "same-origin");
    let body = json!({"name": "key", "scopes": ["metrics:read"]}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer =
            browser.with_header("content-type", kind).post_bytes("/auth/api-keys", body.clone()).await;
        answer.expect_problem(415, "media_type_unsupported");
    }
    assert!(texts(&app.database, KEYS).is_empty());
}

#[actix_web::test]
async fn a_script_without_a_page_signs_in() {
    let app = TestApp::start();
    let _ = app.stranger().post("/auth/register", &registration("ada@example.org")).await.expect(201);
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn another_site_can_read_no_answer_to_what_it_asked_for() {
    let app = TestApp::start();
    let browser = bare_browser(&app).await.with_header("origin", "https://evil.example");
    let is_closed = |path: &str| !is_for_any_origin(path);
    for (method, path, _) in operations().into_iter().filter(|(_, path, _)| is_closed(path)) {
        let preflight = browser
            .request(Method::OPTIONS, &path)
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", "content-type, authorization");
        for request in [browser.request(method.clone(), &path), preflight] {
            let answer = Client::send(request).await;
            let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            let allows = names.iter().any(|name| name.starts_with("access-control-"));
            assert!(!allows, "{method} {path}: {names:?}");
        }
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
