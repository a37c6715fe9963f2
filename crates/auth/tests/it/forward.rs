//! Forward auth: who may pass to another tool, and what the tool learns.

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{execute, texts};

/// The headers in which a proxy tells of a request to a tool.
pub(crate) const FORWARDED: [(&str, &str); 4] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "tool.example.org"),
    ("x-forwarded-uri", "/charts?day=today"),
];
/// What Traefik's `authResponseHeaders` must name.
pub(crate) const DECIDED: [&str; 8] = [
    "remote-user",
    "remote-name",
    "remote-email",
    "remote-groups",
    "x-tallykeep-jwt-assertion",
    "cookie",
    "authorization",
    "x-api-key",
];

/// Behind a proxy on this machine, with a domain whose hosts share the sign-in.
pub(crate) fn app() -> TestApp {
    TestApp::with(|settings| {
        settings.http.public_url = "https://numbers.example.org".into();
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        settings.auth.cookie_domain = Some("example.org".to_owned());
    })
}

/// `client` as the proxy passes it on, with other values for some of the headers.
pub(crate) fn forwarded(client: &Client, changed: &[(&'static str, &str)]) -> Client {
    let headers = FORWARDED.iter().chain(changed);
    headers.fold(client.clone(), |client, (name, value)| client.with_header(name, value))
}

/// What the proxy is told when `client` asks for a tool.
pub(crate) async fn ask(client: &Client) -> Answer {
    forwarded(client, &[]).get("/auth/forward").await
}

/// A browser in which a person opens an address.
pub(crate) fn opening(client: &Client) -> Client {
    client.with_header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
}

/// The request that reaches the tool: as Traefik does it, each header on its list is deleted and set from the answer.
pub(crate) fn passed_on(client: &Client, answer: &Answer) -> HeaderMap {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut headers = client.request(Method::GET, "/").build().unwrap().headers().clone();
    for name in DECIDED {
        headers.remove(name);
        for value in answer.headers.get_all(name) {
            headers.append(name, value.clone());
        }
    }
    headers
}

fn cookie_of(person: &SignedIn) -> String {
    let request = person.browser.request(Method::GET, "/").build().unwrap();
    request.headers()["cookie"].to_str().unwrap().to_owned()
}

fn basic(password: &str) -> String {
    let request = reqwest::Client::new().get("http://tool").basic_auth("anything", Some(password));
    request.build().unwrap().headers()["authorization"].to_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_signed_in_browser_passes_and_the_tool_learns_who_it_is() {
    let app = app();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    for (person, email, role) in
        [(&ada, "ada@example.org", "administrator"), (&bob, "bob@example.org", "member")]
    {
        let answer = ask(&person.browser).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
        assert_eq!(answer.header("cache-control"), "no-store");
        for name in ["remote-user", "remote-name", "remote-email"] {
            assert_eq!(answer.header(name), email, "{name}");
        }
        assert_eq!(answer.header("remote-groups"), role);
    }
}

#[actix_web::test]
async fn a_session_that_is_over_does_not_pass() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    execute(&app.database, "update auth.sessions set expires_at = now() - interval '1 second'");
    ask(&ada.browser).await.expect_problem(401, "credential_missing");
}

#[actix_web::test]
async fn every_way_to_bring_a_token_passes() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let key = ada.create_key(&["tools:access"]).await;
    let stranger = app.stranger();
    for client in [
        ada.page.clone(),
        stranger.with_token(&key),
        stranger.with_header("authorization", &basic(&key)),
        stranger.with_header("x-api-key", &key),
        stranger.with_header("x-api-key", "the tool's own").with_token(&key),
    ] {
        let answer = ask(&client).await;
        assert_eq!(answer.header("remote-user"), "ada@example.org", "{client:?} {}", answer.body);
    }
}

#[actix_web::test]
async fn the_password_of_an_account_does_not_pass() {
    let app = app();
    let _ada = app.register("ada@example.org").await;
    let client = app.stranger().with_header("authorization", &basic(SignedIn::PASSWORD));
    ask(&client).await.expect_problem(401, "access_token_invalid");
}

#[actix_web::test]
async fn a_key_needs_the_scope() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["metrics:read", "metrics:write"]).await;
    ask(&machine).await.expect_problem(403, "scope_insufficient");
    let machine = ada.machine(&["tools:access"]).await;
    let _ = ask(&machine).await.expect(200);
    machine.get("/api/v1/metrics").await.expect_problem(403, "scope_insufficient");
}

#[actix_web::test]
async fn a_key_that_is_revoked_does_not_pass_from_then_on() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["tools:access"]).await;
    let _ = ask(&machine).await.expect(200);
    let id = &texts(&app.database, "select id::text as text from auth.api_keys")[0];
    let _ = ada.browser.delete(&format!("/auth/api-keys/{id}")).await.expect(204);
    ask(&machine).await.expect_problem(401, "api_key_invalid");
}

#[actix_web::test]
async fn a_bad_credential_is_refused_unless_there_is_a_session() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (bad, code) in [
        ("Bearer x", "access_token_invalid"),
        ("Bearer tk_000000000000000000000000000000000000", "api_key_invalid"),
        ("Basic !", "credential_malformed"),
        ("Digest username=ada", "credential_malformed"),
        ("x", "credential_malformed"),
    ] {
        let stranger = opening(&app.stranger()).with_header("authorization", bad);
        let answer = ask(&stranger).await;
        answer.expect_problem(401, code);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{bad}");
        let _ = ask(&ada.browser.with_header("authorization", bad)).await.expect(200);
    }
}

#[actix_web::test]
async fn the_tool_sees_every_cookie_but_the_session() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let session = cookie_of(&ada);
    let token = session.split_once('=').unwrap().1;
    for (cookies, left) in [
        (session.clone(), None),
        (format!("{session};"), None),
        (format!("theme=dark; {session}; broken; a=b=c"), Some("theme=dark; broken; a=b=c")),
        (format!("{session}; {session}; a=%66"), Some("a=%66")),
        (format!("tallykeep_session={token}; __Host-tallykeep_session={token};a=1;{session}"), Some("a=1")),
        (format!("%5F_Secure-tallykeep_session={token}; tallykeep_session2=x"), Some("tallykeep_session2=x")),
    ] {
        let client = ada.browser.with_header("cookie", &cookies);
        let seen = passed_on(&client, &ask(&client).await);
        assert_eq!(seen.get("cookie").map(|value| value.to_str().unwrap()), left, "{cookies}");
        assert!(!format!("{seen:?}").contains(token), "{seen:?}");
    }
}

#[actix_web::test]
async fn cookies_in_several_headers_are_all_looked_at() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let request = forwarded(&app.stranger(), &[]).request(Method::GET, "/auth/forward");
    let answer = Client::send(request.header("cookie", "a=1").header("cookie", cookie_of(&ada))).await;
    assert_eq!((answer.status.as_u16(), answer.header("cookie")), (200, "a=1"));
}

#[actix_web::test]
async fn the_tool_sees_no_credential_that_is_not_its_own() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let key = ada.create_key(&["tools:access"]).await;
    let token = ada.page.request(Method::GET, "/").build().unwrap();
    let token = token.headers()["authorization"].to_str().unwrap().to_owned();
    let (bearer, password) = (format!("Bearer {key}"), basic(&key));
    for (name, ours) in [
        ("authorization", &token),
        ("authorization", &bearer),
        ("authorization", &password),
        ("x-api-key", &key),
    ] {
        for client in [&app.stranger(), &ada.browser] {
            let client = client.with_header(name, ours);
            assert!(!passed_on(&client, &ask(&client).await).contains_key(name), "{client:?}");
        }
    }
}

#[actix_web::test]
async fn the_tool_sees_the_credentials_that_are_its_own() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["tools:access"]).await;
    for (name, own) in
        [("authorization", "Basic YTpi"), ("authorization", "Digest username=ada"), ("x-api-key", "abc")]
    {
        let client = ada.browser.with_header(name, own);
        assert_eq!(passed_on(&client, &ask(&client).await)[name], own);
    }
    let client = machine.with_header("x-api-key", "abc");
    assert_eq!(passed_on(&client, &ask(&client).await)["x-api-key"], "abc");
}

#[actix_web::test]
async fn the_answer_decides_no_header_that_the_proxy_is_not_told_of() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let client = ada.browser.with_header("authorization", "Basic YTpi").with_header("x-api-key", "abc");
    let answer = ask(&client.with_header("cookie", &format!("a=1; {}", cookie_of(&ada)))).await;
    let about_http = ["cache-control", "content-length", "date", "x-content-type-options", "x-request-id"];
    let mut decided: Vec<_> = answer.headers.keys().map(HeaderName::as_str).collect();
    decided.retain(|name| !about_http.contains(name));
    decided.sort_unstable();
    let mut expected = DECIDED.to_vec();
    expected.sort_unstable();
    assert_eq!(decided, expected);
}

#[test]
fn the_proxy_is_told_of_every_header_that_the_answer_decides() {
    let compose = include_str!("../../../../compose.yaml");
    let (_, list) = compose.split_once("authresponseheaders: >-\n").unwrap();
    let told = list.lines().next().unwrap().trim().to_ascii_lowercase();
    assert_eq!(told.split(',').collect::<Vec<_>>(), DECIDED);
}

#[actix_web::test]
async fn a_person_who_is_not_signed_in_is_sent_to_the_page_for_it() {
    let app = app();
    for (uri, wanted) in [
        ("/charts?day=today", "https%3A%2F%2Ftool.example.org%2Fcharts%3Fday%3Dtoday"),
        ("/", "https%3A%2F%2Ftool.example.org%2F"),
        ("/?to=a&rd=b%26c", "https%3A%2F%2Ftool.example.org%2F%3Fto%3Da%26rd%3Db%2526c"),
        ("/?path=a\\b", "https%3A%2F%2Ftool.example.org%2F%3Fpath%3Da%255Cb"),
    ] {
        for method in ["GET", "HEAD"] {
            let changed = [("x-forwarded-uri", uri), ("x-forwarded-method", method)];
            let answer = forwarded(&opening(&app.stranger()), &changed).get("/auth/forward").await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (302, ""), "{uri}");
            assert_eq!(answer.header("location"), format!("https://numbers.example.org/sign-in?rd={wanted}"));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[actix_web::test]
async fn a_program_that_is_not_signed_in_is_told_so() {
    let app = app();
    let (stranger, browser) = (app.stranger(), opening(&app.stranger()));
    for client in [
        forwarded(&stranger, &[]),
        forwarded(&stranger.with_header("accept", "application/json"), &[]),
        forwarded(&browser.with_header("sec-fetch-mode", "cors"), &[]),
        forwarded(&browser.with_header("sec-fetch-mode", "no-cors"), &[]),
        forwarded(&browser, &[("x-forwarded-method", "POST")]),
        forwarded(&browser, &[("x-forwarded-method", "OPTIONS")]),
        forwarded(&browser, &[("x-forwarded-method", "PROPFIND")]),
        forwarded(&browser, &[("x-forwarded-method", "get")]),
    ] {
        let answer = client.get("/auth/forward").await;
        answer.expect_problem(401, "credential_missing");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{client:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let browser = forwarded(&browser.with_header("sec-fetch-mode", "navigate"), &[]);
    assert_eq!(browser.get("/auth/forward").await.status, 302);
}

#[actix_web::test]
async fn the_proxy_may_ask_by_any_method() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let changed = [("x-forwarded-method", method.as_str())];
        // Which page made the browser send it is the tool's business.
        let browser = ada.browser.with_header("sec-fetch-site", "same-site");
        for (client, status) in [(&browser, 200), (&app.stranger(), 401)] {
            let request = forwarded(client, &changed).request(method.clone(), "/auth/forward");
            assert_eq!(Client::send(request).await.status, status, "{method}");
        }
    }
}

#[actix_web::test]
async fn a_websocket_passes_like_the_request_that_opens_it() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let client = forwarded(&ada.browser, &[("x-forwarded-proto", "wss")]);
    let _ = client.get("/auth/forward").await.expect(200);
}

#[actix_web::test]
async fn while_the_database_is_away_nobody_passes() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    app.line.cut();
    ask(&ada.browser).await.expect_problem(503, "database_unavailable");
    app.line.mend();
    let _ = ask(&ada.browser).await.expect(200);
}

#[actix_web::test]
async fn bytes_in_a_cookie_that_are_no_text_are_passed_on() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["tools:access"]).await;
    let request = forwarded(&machine, &[]).request(Method::GET, "/auth/forward");
    let strange = HeaderValue::from_bytes(b"a=\xff; tallykeep_session=\xff").unwrap();
    let answer = Client::send(request.header("cookie", strange)).await;
    assert_eq!(answer.headers["cookie"].as_bytes(), b"a=\xff");
}
