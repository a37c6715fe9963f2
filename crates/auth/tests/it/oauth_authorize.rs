//! The way of a browser from an application to this server and back (OpenID Connect).

use reqwest::Url;
use serde_json::json;
use tallykeep_test_support::{SignedIn, TestApp};

use crate::{
    oauth::{Application, REDIRECT_URI, location, parameter},
    support::{execute, log_in, texts},
};

const CODES: &str = "select client_id::text as text from auth.authorizations";

async fn app() -> (TestApp, SignedIn, Application) {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    (app, ada, wiki)
}

#[actix_web::test]
async fn whoever_is_signed_in_and_has_consented_comes_back_with_a_code_at_once() {
    let (_app, ada, wiki) = app().await;
    let asked = location(&wiki.send(&ada.browser, &json!({})).await);
    assert_eq!(asked.path(), "/consent");
    let back = wiki.consent(&ada.browser, &json!({}), true).await;
    let again = location(&wiki.send(&ada.browser, &json!({})).await);
    for back in [&back, &again] {
        assert!(back.as_str().starts_with(&format!("{REDIRECT_URI}?code=")), "{back}");
        assert_eq!(parameter(back, "state"), "the state");
        assert_eq!(parameter(back, "iss"), "http://localhost:8080");
        assert_eq!(parameter(back, "code").len(), 43);
    }
    assert_ne!(parameter(&back, "code"), parameter(&again, "code"));
}

#[actix_web::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back_to_the_same_request() {
    let (app, ada, wiki) = app().await;
    let _ = wiki.consent(&ada.browser, &json!({}), true).await;
    let page = location(&wiki.send(&app.stranger(), &json!({})).await);
    assert_eq!(page.path(), "/sign-in");
    let wanted = parameter(&page, "rd");
    assert!(wanted.starts_with("http://localhost:8080/auth/oauth2/authorize?"), "{wanted}");
    let to = Url::parse_with_params("http://x/auth/return", [("to", &wanted)]).unwrap();
    let onward = ada.browser.get(&format!("/auth/return?{}", to.query().unwrap())).await;
    let onward: Url = onward.header("location").parse().unwrap();
    let path = format!("{}?{}", onward.path(), onward.query().unwrap());
    let back = location(&ada.browser.get(&path).await);
    assert_eq!(parameter(&back, "state"), "the state");
    assert!(!parameter(&back, "code").is_empty());
}

#[actix_web::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered_to_the_letter() {
    let (app, ada, wiki) = app().await;
    for uri in [
        "",
        "https://wiki.example/callback/",
        "https://wiki.example/Callback",
        "https://WIKI.example/callback",
        "https://wiki.example/callback?a=b",
        "https://wiki.example/callback#",
        "https://wiki.example/callback#code",
        "https://wiki.example/callback/../evil",
        "https://wiki.example/./callback",
        "https://wiki.example:443/callback",
        "https://wiki.example:8443/callback",
        "https://user@wiki.example/callback",
        "https://wiki.example@evil.example/callback",
        "https://wiki.example.evil.example/callback",
        "https://evil.example/https://wiki.example/callback",
        "https://evil.example\\@wiki.example/callback",
        "https://sub.wiki.example/callback",
        "https://*.example/callback",
        "http://wiki.example/callback",
        "//wiki.example/callback",
        "/callback",
        "javascript:alert(1)//https://wiki.example/callback",
        "https://wiki.example/callback\r\nLocation: https://evil.example",
        "https://wiki.example/callback ",
        "http://127.0.0.1/callback",
    ] {
        for browser in [&ada.browser, &app.stranger()] {
            let answer = wiki.send(browser, &json!({"redirect_uri": uri, "prompt": "none"})).await;
            answer.expect_problem(400, "redirect_uri_unregistered");
            assert_eq!(answer.header("location"), "", "{uri}");
        }
        let body = json!({"request": wiki.request(&json!({"redirect_uri": uri})), "allow": true});
        let answer = ada.browser.post("/auth/oauth2/consent", &body).await;
        answer.expect_problem(400, "redirect_uri_unregistered");
    }
    assert!(texts(&app.database, CODES).is_empty());
}

#[actix_web::test]
async fn nobody_is_sent_anywhere_for_an_application_that_is_unknown() {
    let (app, ada, wiki) = app().await;
    for id in ["", "wiki", "018f0000-0000-7000-8000-000000000000", "' or true --"] {
        let answer = wiki.send(&ada.browser, &json!({"client_id": id})).await;
        answer.expect_problem(400, "client_unknown");
        assert_eq!(answer.header("location"), "", "{id}");
    }
    let twice = format!("/auth/oauth2/authorize?client_id={0}&client_id={0}", wiki.id);
    app.stranger().get(&twice).await.expect_problem(400, "query_invalid");
}

#[actix_web::test]
async fn a_code_without_pkce_by_s256_is_never_given() {
    let (app, ada, wiki) = app().await;
    let public = Application::register(&app, &ada, json!({"confidential": false})).await;
    for application in [&wiki, &public] {
        for changes in [
            json!({"code_challenge": null}),
            json!({"code_challenge": ""}),
            json!({"code_challenge": null, "code_challenge_method": null}),
            json!({"code_challenge_method": null}),
            json!({"code_challenge_method": "plain"}),
            json!({"code_challenge_method": "s256"}),
            json!({"code_challenge": "short"}),
            json!({"code_challenge": "=".repeat(43)}),
        ] {
            let back = location(&application.send(&ada.browser, &changes).await);
            assert_eq!(parameter(&back, "error"), "invalid_request", "{changes}");
            let body = json!({"request": application.request(&changes), "allow": true});
            let answer = ada.browser.post("/auth/oauth2/consent", &body).await;
            answer.expect_problem(400, "authorization_request_invalid");
        }
    }
    assert!(texts(&app.database, CODES).is_empty());
}

#[actix_web::test]
async fn what_is_not_supported_is_told_the_application_with_its_state_and_our_name() {
    let (_app, ada, wiki) = app().await;
    for (changes, expected) in [
        (json!({"response_type": "token"}), "unsupported_response_type"),
        (json!({"response_type": "code id_token"}), "unsupported_response_type"),
        (json!({"response_type": null}), "unsupported_response_type"),
        (json!({"response_mode": "fragment"}), "invalid_request"),
        (json!({"response_mode": "form_post"}), "invalid_request"),
        (json!({"scope": "profile email"}), "invalid_scope"),
        (json!({"scope": null}), "invalid_scope"),
        (json!({"request": "e30.e30."}), "request_not_supported"),
        (json!({"request_uri": "https://evil.example"}), "request_uri_not_supported"),
        (json!({"prompt": "none login"}), "invalid_request"),
        (json!({"prompt": "create"}), "invalid_request"),
        (json!({"max_age": "-1"}), "invalid_request"),
        (json!({"max_age": "soon"}), "invalid_request"),
        (json!({"nonce": "x".repeat(1_001)}), "invalid_request"),
    ] {
        let back = location(&wiki.send(&ada.browser, &changes).await);
        assert!(back.as_str().starts_with(REDIRECT_URI), "{back}");
        assert_eq!(parameter(&back, "error"), expected, "{changes}");
        assert_eq!(parameter(&back, "state"), "the state");
        assert_eq!(parameter(&back, "iss"), "http://localhost:8080");
        assert_eq!(parameter(&back, "code"), "");
    }
}

#[actix_web::test]
async fn an_application_that_wants_nobody_to_be_asked_is_told_what_would_have_been() {
    let (app, ada, wiki) = app().await;
    let silent = json!({"prompt": "none"});
    let error = async |browser| parameter(&location(&wiki.send(browser, &silent).await), "error");
    let stranger = app.stranger();
    assert_eq!(error(&stranger).await, "login_required");
    assert_eq!(error(&ada.browser).await, "consent_required");
    let _ = wiki.consent(&ada.browser, &json!({}), true).await;
    assert_eq!(error(&ada.browser).await, "");
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '1 hour'");
    let aged = wiki.send(&ada.browser, &json!({"prompt": "none", "max_age": "600"})).await;
    assert_eq!(parameter(&location(&aged), "error"), "login_required");
}

#[actix_web::test]
async fn consent_is_asked_for_again_when_more_is_wanted_and_when_the_application_says_so() {
    let (_app, ada, wiki) = app().await;
    let little = json!({"scope": "openid email"});
    let _ = wiki.consent(&ada.browser, &little, true).await;
    let path = async |changes| location(&wiki.send(&ada.browser, &changes).await).path().to_owned();
    assert_eq!(path(little).await, "/callback");
    assert_eq!(path(json!({"scope": "openid"})).await, "/callback");
    assert_eq!(path(json!({"scope": "openid profile"})).await, "/consent");
    assert_eq!(path(json!({"scope": "openid", "prompt": "consent"})).await, "/consent");
    let _ = wiki.consent(&ada.browser, &json!({"scope": "openid profile"}), true).await;
    assert_eq!(path(json!({"scope": "openid profile email"})).await, "/callback");
}

#[actix_web::test]
async fn a_person_who_says_no_goes_back_without_a_code_and_is_asked_again() {
    let (app, ada, wiki) = app().await;
    let back = wiki.consent(&ada.browser, &json!({}), false).await;
    assert_eq!(
        (parameter(&back, "error").as_str(), parameter(&back, "code").as_str()),
        ("access_denied", "")
    );
    assert_eq!(location(&wiki.send(&ada.browser, &json!({})).await).path(), "/consent");
    assert!(texts(&app.database, CODES).is_empty());
}

#[actix_web::test]
async fn the_question_says_who_asks_for_what() {
    let (app, ada, wiki) = app().await;
    let page = location(&wiki.send(&ada.browser, &json!({"scope": "openid email unknown"})).await);
    let path = format!("/auth/oauth2/consent?{}", page.query().unwrap());
    let question = ada.browser.get(&path).await.expect(200);
    assert_eq!(
        question,
        json!({"client_id": wiki.id, "name": "Wiki", "host": "wiki.example", "scopes": ["openid", "email"]})
    );
    app.stranger().get(&path).await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn no_page_of_another_site_answers_the_question_for_a_person() {
    let (app, ada, wiki) = app().await;
    let body = json!({"request": wiki.request(&json!({})), "allow": true});
    for site in ["cross-site", "same-site", "none"] {
        let browser = ada.browser.with_header("sec-fetch-site", site);
        browser.post("/auth/oauth2/consent", &body).await.expect_problem(403, "csrf_refused");
    }
    assert!(texts(&app.database, CODES).is_empty());
    assert!(texts(&app.database, "select scopes as text from auth.consents").is_empty());
}

#[actix_web::test]
async fn of_a_trusted_application_nobody_is_asked() {
    let (app, ada, _) = app().await;
    let bob = app.register("bob@example.org").await;
    let trusted = Application::register(&app, &ada, json!({"trusted": true})).await;
    let back = location(&trusted.send(&bob.browser, &json!({})).await);
    assert_eq!(back.path(), "/callback");
    let list = bob.browser.get("/auth/applications").await.expect(200);
    assert_eq!((&list["items"][0]["name"], list["items"][0]["scopes"].is_null()), (&json!("Wiki"), true));
}

#[actix_web::test]
async fn a_program_on_the_own_machine_may_listen_at_any_port_and_is_never_let_in_without_asking() {
    let (app, ada, _) = app().await;
    let uri = "http://127.0.0.1/callback";
    let changes = json!({"confidential": false, "redirect_uris": [uri]});
    let program = Application::register(&app, &ada, changes).await;
    let at_port = json!({"redirect_uri": "http://127.0.0.1:49152/callback"});
    let back = program.consent(&ada.browser, &at_port, true).await;
    assert!(back.as_str().starts_with("http://127.0.0.1:49152/callback?code="), "{back}");
    assert_eq!(location(&program.send(&ada.browser, &at_port).await).path(), "/consent");
    let elsewhere = json!({"redirect_uri": "http://127.0.0.1:80@evil.example/callback"});
    program.send(&ada.browser, &elsewhere).await.expect_problem(400, "redirect_uri_unregistered");
}

#[actix_web::test]
async fn an_application_that_wants_to_be_sure_has_the_password_asked_for() {
    let (app, ada, wiki) = app().await;
    let _ = wiki.consent(&ada.browser, &json!({}), true).await;
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '5 minutes'");
    for changes in
        [json!({"prompt": "login"}), json!({"prompt": "select_account"}), json!({"max_age": "200"})]
    {
        let page = location(&wiki.send(&ada.browser, &changes).await);
        assert_eq!((page.path(), parameter(&page, "again").as_str()), ("/sign-in", "true"), "{changes}");
    }
    assert_eq!(location(&wiki.send(&ada.browser, &json!({"max_age": "400"})).await).path(), "/callback");
    let signed_in = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let fresh = SignedIn::with_cookie(&app.stranger(), &signed_in).await;
    let back = location(&wiki.send(&fresh.browser, &json!({"prompt": "login"})).await);
    assert_eq!(back.path(), "/callback");
}

#[actix_web::test]
async fn the_question_is_no_way_past_proving_anew_who_one_is() {
    let (app, ada, wiki) = app().await;
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '1 hour'");
    for changes in [json!({"prompt": "login"}), json!({"max_age": "60"})] {
        let body = json!({"request": wiki.request(&changes), "allow": true});
        let answer = ada.browser.post("/auth/oauth2/consent", &body).await;
        answer.expect_problem(403, "authentication_too_old");
    }
    assert!(texts(&app.database, CODES).is_empty());
}
