//! Providers that are away, that are slow, and that say what nobody expects.

use serde_json::json;
use tallykeep_test_support::{Mood, Signing};

use super::{accounts, app, app_with, assert_refused, change, depart, sign_in, signed_in};
use crate::support::texts;

const PARTS: [&str; 3] = ["/.well-known/openid-configuration", "/keys", "/token"];

#[actix_web::test]
async fn the_page_learns_which_providers_there_are() {
    let (app, _provider) = app();
    let expected = json!({"items": [{"id": "example", "name": "Example"}]});
    assert_eq!(app.stranger().get("/auth/providers").await.expect(200), expected);
    let answer = app.stranger().post("/auth/providers/google/start", &json!({})).await;
    answer.expect_problem(404, "provider_not_found");
    assert_refused(&app.stranger().get("/auth/providers/google/callback").await, "provider_not_found");
}

#[actix_web::test]
async fn a_provider_may_sign_in_each_way_that_is_safe() {
    let (app, provider) = app();
    for signing in [Signing::Rs256, Signing::Es256, Signing::EdDsa] {
        provider.sign_by(signing);
        signed_in(&app, &sign_in(&app, &provider).await);
    }
    assert_eq!(provider.asked_for_keys(), 1, "they are remembered");
}

#[actix_web::test]
async fn a_key_that_is_not_known_yet_is_asked_for() {
    let (app, provider) = app();
    signed_in(&app, &sign_in(&app, &provider).await);
    provider.rotate_keys();
    signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(provider.asked_for_keys(), 2);
}

#[actix_web::test]
async fn a_provider_that_is_away_or_sends_elsewhere_or_says_too_much_is_told_of_calmly() {
    for mood in [Mood::Away, Mood::Redirecting, Mood::Endless] {
        for part in PARTS {
            let (app, provider) = app();
            provider.answer(part, mood);
            if part == "/token" {
                assert_refused(&sign_in(&app, &provider).await, "provider_unavailable");
            } else {
                let answer = app.stranger().post("/auth/providers/example/start", &json!({})).await;
                let problem = answer.expect_problem(502, "provider_unavailable");
                assert!(
                    !problem.to_string().contains("mended"),
                    "the provider's words are not ours: {problem}"
                );
            }
            provider.answer(part, Mood::Well);
            signed_in(&app, &sign_in(&app, &provider).await);
        }
    }
}

#[actix_web::test]
async fn a_provider_that_does_not_answer_is_waited_for_no_longer_than_the_setting_says() {
    let (app, provider) = app_with(|settings| settings.provider_timeout_seconds = 1);
    provider.answer("/token", Mood::Silent);
    assert_refused(&sign_in(&app, &provider).await, "provider_unavailable");
    provider.answer("/token", Mood::Well);
    signed_in(&app, &sign_in(&app, &provider).await);
}

#[actix_web::test]
async fn a_provider_that_cannot_be_asked_for_the_address_signs_nobody_in_who_is_new() {
    let (app, provider) = app();
    provider.be_terse();
    provider.answer("/userinfo", Mood::Away);
    assert_refused(&sign_in(&app, &provider).await, "provider_unavailable");
    assert_eq!(accounts(&app), [""; 0]);
}

#[actix_web::test]
async fn an_address_that_no_provider_may_have_is_not_asked() {
    for (name, address) in [
        ("jwks_uri", "http://169.254.169.254/keys"),
        ("jwks_uri", "http://example.org/keys"),
        ("authorization_endpoint", "http://example.org/authorize"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", "http://[::ffff:127.0.0.1]/token"),
        ("token_endpoint", "file:///etc/passwd"),
    ] {
        let (app, provider) = app();
        provider.change_document(move |document| document[name] = address.into());
        if name != "token_endpoint" {
            let answer = app.stranger().post("/auth/providers/example/start", &json!({})).await;
            answer.expect_problem(502, "provider_unavailable");
        } else {
            assert_refused(&sign_in(&app, &provider).await, "provider_unavailable");
        }
    }
}

#[actix_web::test]
async fn a_document_of_another_issuer_is_not_read() {
    for spelling in ["https://accounts.google.com", "/"] {
        let (app, provider) = app();
        provider.change_document(move |document| {
            if let Some(issuer) = document["issuer"].as_str() {
                let other = if spelling == "/" { format!("{issuer}/") } else { spelling.to_owned() };
                document["issuer"] = other.into();
            }
        });
        let answer = app.stranger().post("/auth/providers/example/start", &json!({})).await;
        answer.expect_problem(502, "provider_unavailable");
    }
}

#[actix_web::test]
async fn what_the_provider_says_of_a_failure_is_shown_to_nobody() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    let told = change(&change(&back, "code", None), "error", Some("access_denied"));
    let told = change(&told, "error_description", Some("call 555-0100 to be let in"));
    let answer = ada.come_back(&told).await;
    assert_refused(&answer, "provider_declined");
    assert!(!format!("{answer:?}").contains("555"), "{answer:?}");
    let failure = "select format('%s %s', action, detail) as text from auth.audit_events";
    let expected = r#"sign_in_with_provider {"reason": "provider_declined", "provider": "example"}"#;
    assert_eq!(texts(&app.database, failure), [expected]);
}
