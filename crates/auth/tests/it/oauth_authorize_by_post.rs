//! An application sends a browser by a form that it posts, instead of a link.

use reqwest::{Method, Url};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::{
    oauth::{Application, location, parameter},
    support::texts,
};

const PATH: &str = "/auth/oauth2/authorize";

/// What a browser is answered that posts `form` from a page of the application: without our cookie.
async fn post(app: &TestApp, form: &[(&str, &str)]) -> Answer {
    let browser = app
        .stranger()
        .with_header("sec-fetch-site", "cross-site")
        .with_header("origin", "https://wiki.example");
    Client::send(browser.request(Method::POST, PATH).form(form)).await
}

fn pairs(request: &Value) -> Vec<(&str, &str)> {
    request
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect()
}

/// Where a posted form sends the browser on: path and query.
#[track_caller]
fn onward(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let url: Url = answer.header("location").parse().unwrap();
    assert_eq!(url.origin().ascii_serialization(), "http://localhost:8080");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

#[actix_web::test]
async fn a_form_goes_on_as_the_same_request_by_get_with_which_the_cookie_comes_along() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({"trusted": true})).await;
    let request = wiki.request(&json!({"state": "a=b&c \u{fc}+%20#\r\nSet-Cookie: x"}));
    let there = onward(&post(&app, &pairs(&request)).await);
    let back = location(&ada.browser.get(&there).await);
    assert_eq!(parameter(&back, "state"), request["state"].as_str().unwrap());
    let _ = wiki.trade(&parameter(&back, "code")).await.expect(200);
}

#[actix_web::test]
async fn a_form_by_itself_decides_nothing_even_with_a_cookie() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({"trusted": true})).await;
    let request = wiki.request(&json!({}));
    let form = pairs(&request);
    for site in ["cross-site", "same-origin"] {
        let browser = ada.browser.with_header("sec-fetch-site", site);
        let answer = Client::send(browser.request(Method::POST, PATH).form(&form)).await;
        assert!(onward(&answer).starts_with(&format!("{PATH}?")));
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert!(texts(&app.database, "select client_id::text as text from auth.authorizations").is_empty());
}

#[actix_web::test]
async fn only_what_is_known_and_not_empty_goes_on() {
    let app = TestApp::start();
    let form = [("client_id", "x"), ("prompt", ""), ("to", "https://evil.example"), ("scope", "openid a")];
    assert_eq!(onward(&post(&app, &form).await), format!("{PATH}?client_id=x&scope=openid+a"));
    let browser = app.stranger();
    let with_query =
        browser.request(Method::POST, &format!("{PATH}?client_id=x")).form(&[("scope", "openid")]);
    assert_eq!(
        onward(&Client::send(with_query).await),
        format!("{PATH}?scope=openid"),
        "the query says nothing"
    );
}

#[actix_web::test]
async fn what_is_no_form_of_a_moderate_size_or_says_a_thing_twice_is_refused() {
    let app = TestApp::start();
    let twice = post(&app, &[("client_id", "x"), ("client_id", "x")]).await;
    twice.expect_problem(422, "body_invalid");
    let long = "x".repeat(16 << 10);
    post(&app, &[("state", &long)]).await.expect_problem(413, "body_too_large");
    let body = json!({"client_id": "x"});
    app.stranger().post(PATH, &body).await.expect_problem(415, "media_type_unsupported");
    for refused in [twice, app.stranger().post(PATH, &body).await] {
        assert_eq!(refused.header("location"), "");
    }
}
