//! An application that runs in the browser alone, at an origin of its own: what its pages may ask and read (CORS).

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::{
    oauth::{Application, error, trade},
    support::texts,
};

const TOKEN: &str = "/auth/oauth2/token";
const REVOKE: &str = "/auth/oauth2/revoke";
const USERINFO: &str = "/auth/oauth2/userinfo";
/// What such a page may ask.
pub(crate) const OPEN: [(&str, Method); 7] = [
    ("/.well-known/jwks.json", Method::GET),
    ("/.well-known/oauth-authorization-server", Method::GET),
    ("/.well-known/openid-configuration", Method::GET),
    (REVOKE, Method::POST),
    (TOKEN, Method::POST),
    (USERINFO, Method::GET),
    (USERINFO, Method::POST),
];

async fn app() -> (TestApp, SignedIn, Application) {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let board = Application::register(&app, &ada, json!({"name": "Board", "confidential": false})).await;
    (app, ada, board)
}

/// What its page sends: no cookie.
fn page(app: &TestApp) -> Client {
    app.stranger().with_header("sec-fetch-site", "cross-site").with_header("origin", "https://board.example")
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = Client::send(request).await;
    may_be_read(&answer);
    answer
}

/// Whether a page of any origin may read `answer`, and only one that sent no cookie.
#[track_caller]
fn may_be_read(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{} {}", answer.status, answer.body);
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

async fn post(client: &Client, path: &str, form: &[(&str, &str)]) -> Answer {
    send(client.request(Method::POST, path).form(form)).await
}

/// `form` of an application that names itself.
fn named<'a>(id: &'a str, form: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [form, &[("client_id", id)]].concat()
}

fn text<'a>(tokens: &'a Value, field: &str) -> &'a str {
    tokens[field].as_str().unwrap()
}

#[actix_web::test]
async fn a_page_of_another_origin_signs_a_person_in_without_any_cookie() {
    let (app, ada, board) = app().await;
    let page = page(&app);
    let found = send(page.request(Method::GET, "/.well-known/openid-configuration")).await.expect(200);
    assert_eq!(found["token_endpoint"], format!("http://localhost:8080{TOKEN}"));
    let keys = send(page.request(Method::GET, "/.well-known/jwks.json")).await.expect(200);
    assert!(!keys["keys"].as_array().unwrap().is_empty());
    let code = board.code(&ada.browser, &json!({})).await;
    let tokens = post(&page, TOKEN, &named(&board.id, &trade(&code))).await.expect(200);
    let bearer = page.with_token(text(&tokens, "access_token"));
    for method in [Method::GET, Method::POST] {
        let person = send(bearer.request(method, USERINFO)).await.expect(200);
        assert_eq!(person["email"], "ada@example.org");
    }
    let again = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let next = post(&page, TOKEN, &named(&board.id, &again)).await.expect(200);
    let end = [("token", text(&next, "refresh_token"))];
    let _ = post(&page, REVOKE, &named(&board.id, &end)).await.expect(200);
    assert_eq!(send(bearer.request(Method::GET, USERINFO)).await.status, 401, "the page may read that, too");
}

#[actix_web::test]
async fn a_browser_that_asks_first_is_told_that_it_may_and_without_cookies() {
    let app = TestApp::start();
    for (path, method) in OPEN {
        let ask = |headers| {
            page(&app)
                .request(Method::OPTIONS, path)
                .header("access-control-request-method", method.as_str())
                .header("access-control-request-headers", headers)
        };
        let answer = send(ask("authorization,content-type")).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""), "{method} {path}");
        assert!(answer.header("access-control-allow-methods").contains(method.as_str()));
        let allowed = answer.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(allowed.contains("authorization") && allowed.contains("content-type"), "{allowed}");
        let refused = Client::send(ask("authorization,x-forwarded-for")).await;
        assert_eq!(refused.status, 400, "{method} {path}: a page sends no other header");
    }
}

#[actix_web::test]
async fn no_cookie_counts_where_pages_of_any_origin_may_ask() {
    let (_app, ada, board) = app().await;
    let elsewhere =
        ada.browser.with_header("sec-fetch-site", "cross-site").with_header("origin", "https://evil.example");
    for method in [Method::GET, Method::POST] {
        let answer = send(elsewhere.request(method, USERINFO)).await;
        answer.expect_problem(401, "access_token_invalid");
    }
    let unknown = [("grant_type", "refresh_token"), ("refresh_token", "guessed")];
    let guess = post(&elsewhere, TOKEN, &named(&board.id, &unknown)).await;
    assert_eq!(error(&guess, 400), "invalid_grant");
    let code = board.code(&ada.browser, &json!({})).await;
    let answer = post(&elsewhere, TOKEN, &named(&board.id, &trade(&code))).await;
    let _ = answer.expect(200);
    assert_eq!(answer.header("set-cookie"), "");
}

#[actix_web::test]
async fn a_page_of_another_origin_can_try_no_secret_and_nothing_is_held_against_its_visitor() {
    let (app, ada, _) = app().await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let key = ada.create_key(&["metrics:read"]).await;
    let unknown = "018f0000-0000-7000-8000-000000000000";
    let machine = [("grant_type", "client_credentials")];
    for (id, secret, form) in [
        (wiki.id.as_str(), Some(wiki.secret.as_str()), trade(&code).as_slice()),
        (&wiki.id, Some("guessed"), &trade(&code)),
        (&wiki.id, None, &trade(&code)),
        (unknown, None, &trade(&code)),
        (&key[..8], Some(&key), &machine),
        (&key[..8], None, &machine),
    ] {
        let in_header = page(&app).request(Method::POST, TOKEN).basic_auth(id, secret).form(form);
        let given: Vec<_> = secret.into_iter().map(|secret| ("client_secret", secret)).collect();
        let in_body = page(&app).request(Method::POST, TOKEN).form(&named(id, &[form, &given].concat()));
        for request in [in_header, in_body] {
            assert_eq!(error(&send(request).await, 400), "unauthorized_client");
        }
        let revoke = page(&app).request(Method::POST, REVOKE).basic_auth(id, secret).form(&[("token", "x")]);
        assert_eq!(error(&send(revoke).await, 400), "unauthorized_client");
    }
    let failures = "select action as text from auth.audit_events where action = 'authenticate_client'";
    assert!(texts(&app.database, failures).is_empty());
    let uses = "select 'used' as text from auth.api_keys where last_used_at is not null";
    assert!(texts(&app.database, uses).is_empty());
    let _ = wiki.trade(&code).await.expect(200);
}

#[actix_web::test]
async fn what_another_site_has_a_browser_send_uses_up_nothing_of_what_its_visitor_may_ask() {
    let app = TestApp::with(|settings| {
        settings.auth.rate_limit_per_minute = 1;
        settings.auth.rate_limit_burst = 2;
    });
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "x")];
    let page = page(&app);
    let statuses = [(); 4].map(|()| post(&page, TOKEN, &form));
    let statuses: Vec<_> = join_all(statuses).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}");
    let picture = app.stranger().with_header("sec-fetch-site", "cross-site");
    for _ in 0..4 {
        assert_eq!(picture.get("/auth/providers/example/callback?state=x").await.status, 303);
    }
    let login = json!({"email": "ada@example.org", "password": "wrong but long enough"});
    assert_eq!(app.stranger().post("/auth/login", &login).await.status, 401);
}
