//! Signing out because an application says so (OpenID Connect RP-Initiated Logout).

use reqwest::Url;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::oauth::{AFTER_LOGOUT, Application, location, parameter};

async fn app() -> (TestApp, SignedIn, Application) {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    (app, ada, wiki)
}

async fn leave(browser: &Client, parameters: &[(&str, &str)]) -> Answer {
    let url = Url::parse_with_params("http://server/auth/oauth2/logout", parameters).unwrap();
    browser.get(&format!("/auth/oauth2/logout?{}", url.query().unwrap_or_default())).await
}

async fn is_signed_in(person: &SignedIn) -> bool {
    person.browser.get("/auth/account").await.status == 200
}

fn id_token(tokens: &Value) -> &str {
    tokens["id_token"].as_str().unwrap()
}

#[actix_web::test]
async fn an_application_that_knows_the_person_signs_them_out_and_has_them_back() {
    let (_app, ada, wiki) = app().await;
    let tokens = wiki.tokens(&ada.browser).await;
    let hint =
        [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", AFTER_LOGOUT), ("state", "a&b")];
    let answer = leave(&ada.browser, &hint).await;
    let back = location(&answer);
    assert!(back.as_str().starts_with(AFTER_LOGOUT), "{back}");
    assert_eq!(parameter(&back, "state"), "a&b");
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert!(!is_signed_in(&ada).await);
}

#[actix_web::test]
async fn whoever_the_application_does_not_know_is_asked_first() {
    let (app, ada, wiki) = app().await;
    let bob = app.register("bob@example.org").await;
    let of_bob = wiki.tokens(&bob.browser).await;
    let access = wiki.tokens(&ada.browser).await["access_token"].as_str().unwrap().to_owned();
    let own = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let forged = id_token(&of_bob).rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    for hint in ["", "x", id_token(&of_bob), &access, own["access_token"].as_str().unwrap(), &forged] {
        let page = location(&leave(&ada.browser, &[("id_token_hint", hint), ("client_id", &wiki.id)]).await);
        assert_eq!((page.path(), page.port()), ("/sign-out", Some(8080)), "{hint}");
        assert!(is_signed_in(&ada).await);
    }
    let body = json!({"client_id": wiki.id, "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s"});
    let elsewhere = ada.browser.with_header("sec-fetch-site", "cross-site");
    elsewhere.post("/auth/oauth2/logout", &body).await.expect_problem(403, "csrf_refused");
    assert!(is_signed_in(&ada).await);
    let onward = ada.browser.post("/auth/oauth2/logout", &body).await.expect(200);
    assert_eq!(onward["location"], format!("{AFTER_LOGOUT}?state=s"));
    assert!(!is_signed_in(&ada).await);
}

#[actix_web::test]
async fn signing_out_sends_nobody_to_an_address_that_is_not_registered() {
    let (app, ada, wiki) = app().await;
    let tokens = wiki.tokens(&ada.browser).await;
    for uri in [
        "https://evil.example/",
        "//evil.example",
        "https://wiki.example/bye/",
        "https://wiki.example/bye?a=b",
        "https://wiki.example/callback",
        "https://wiki.example@evil.example/bye",
        "javascript:alert(1)",
        "/sign-in",
    ] {
        for known in [("id_token_hint", id_token(&tokens)), ("client_id", &wiki.id)] {
            for browser in [&ada.browser, &app.stranger()] {
                let answer = leave(browser, &[known, ("post_logout_redirect_uri", uri)]).await;
                answer.expect_problem(400, "logout_refused");
                assert_eq!(answer.header("location"), "", "{uri}");
            }
        }
    }
    let nobody = leave(&ada.browser, &[("post_logout_redirect_uri", AFTER_LOGOUT)]).await;
    nobody.expect_problem(400, "logout_refused");
    let other = Application::register(&app, &ada, json!({})).await;
    let mixed = [("id_token_hint", id_token(&tokens)), ("client_id", other.id.as_str())];
    leave(&ada.browser, &mixed).await.expect_problem(400, "logout_refused");
    assert!(is_signed_in(&ada).await);
}

#[actix_web::test]
async fn whoever_is_signed_out_already_goes_on() {
    let (app, _ada, wiki) = app().await;
    let known = [("client_id", wiki.id.as_str()), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    assert_eq!(location(&leave(&app.stranger(), &known).await).as_str(), AFTER_LOGOUT);
    assert_eq!(location(&leave(&app.stranger(), &[]).await).path(), "/sign-in");
}
