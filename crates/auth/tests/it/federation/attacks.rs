//! What somebody may try on the way to a provider and back.

use serde_json::{Value, json};
use tallykeep_test_support::{OpenIdProvider, Person, Signing, TestApp};

use super::{accounts, app, app_with, assert_refused, change, depart, sign_in, signed_in};
use crate::support::{execute, texts};

/// Signs in with a provider that changes what it states.
async fn assert_disbelieved(
    app: &TestApp,
    provider: &OpenIdProvider,
    change: impl Fn(&mut Value) + Send + 'static,
) {
    provider.change_claims(change);
    assert_refused(&sign_in(app, provider).await, "provider_disbelieved");
    assert_eq!(accounts(app), [""; 0]);
}

#[actix_web::test]
async fn a_state_that_is_not_the_browsers_signs_nobody_in() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    for state in [None, Some(""), Some("guessed")] {
        assert_refused(&ada.come_back(&change(&back, "state", state)).await, "departure_expired");
    }
    // Nor can anybody use up by guessing what the browser has.
    signed_in(&app, &ada.come_back(&back).await);
}

#[actix_web::test]
async fn no_other_browser_comes_back_in_this_ones_place() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    provider.switch_to(Person::new("eve", "eve@example.org"));
    let eve = depart(&app.stranger(), &json!({})).await;
    let back_of_eve = provider.visit(&eve.location).await;
    // Eve has Ada open a link of hers, or opens one of Ada's, or has no cookie at all.
    assert_refused(&ada.come_back(&back_of_eve).await, "departure_expired");
    assert_refused(&eve.come_back(&back).await, "departure_expired");
    let nobody = app.stranger().get(&format!("{}?{}", back.path(), back.query().unwrap())).await;
    assert_refused(&nobody, "departure_expired");
    assert_eq!(accounts(&app), [""; 0]);
}

#[actix_web::test]
async fn the_code_of_another_browser_is_not_taken() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    provider.switch_to(Person::new("eve", "eve@example.org"));
    let eve = depart(&app.stranger(), &json!({})).await;
    let code = provider.visit(&eve.location).await;
    let (_, code) = code.query_pairs().find(|(name, _)| name == "code").unwrap();
    // The provider is shown Ada's verifier, which does not fit.
    assert_refused(&ada.come_back(&change(&back, "code", Some(&code))).await, "provider_unavailable");
    assert_eq!(accounts(&app), [""; 0]);
}

#[actix_web::test]
async fn a_way_back_is_good_once() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    signed_in(&app, &ada.come_back(&back).await);
    assert_refused(&ada.come_back(&back).await, "departure_expired");
    let departures = "select provider as text from auth.departures";
    assert_eq!(texts(&app.database, departures), [""; 0]);
}

#[actix_web::test]
async fn a_way_back_is_good_for_ten_minutes() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({})).await;
    let lasts = "select (expires_at - created_at between '9 min 59 s' and '10 min 1 s')::text as text \
                 from auth.departures";
    assert_eq!(texts(&app.database, lasts), ["true"]);
    execute(&app.database, "update auth.departures set expires_at = now()");
    assert_refused(&ada.arrive(&provider).await, "departure_expired");
}

#[actix_web::test]
async fn a_token_that_was_made_for_another_browser_signs_nobody_in() {
    let (app, provider) = app();
    assert_disbelieved(&app, &provider, |claims| claims["nonce"] = "another".into()).await;
    assert_disbelieved(&app, &provider, |claims| claims["nonce"] = Value::Null).await;
}

#[actix_web::test]
async fn a_token_of_another_issuer_signs_nobody_in() {
    let (app, provider) = app();
    assert_disbelieved(&app, &provider, |claims| claims["iss"] = "https://accounts.google.com".into()).await;
    assert_disbelieved(&app, &provider, |claims| {
        claims["iss"] = format!("{}/", claims["iss"].as_str().unwrap()).into();
    })
    .await;
}

#[actix_web::test]
async fn a_token_for_another_client_signs_nobody_in() {
    let (app, provider) = app();
    assert_disbelieved(&app, &provider, |claims| claims["aud"] = "another".into()).await;
    assert_disbelieved(&app, &provider, |claims| claims["aud"] = json!(["tallykeep", "another"])).await;
    assert_disbelieved(&app, &provider, |claims| claims["azp"] = "another".into()).await;
    provider.change_claims(|claims| {
        claims["aud"] = json!(["tallykeep"]);
        claims["azp"] = "tallykeep".into();
    });
    signed_in(&app, &sign_in(&app, &provider).await);
}

#[actix_web::test]
async fn a_token_that_is_over_signs_nobody_in() {
    let (app, provider) = app();
    assert_disbelieved(&app, &provider, |claims| claims["exp"] = claims["iat"].clone()).await;
}

#[actix_web::test]
async fn a_token_about_nobody_signs_nobody_in() {
    let (app, provider) = app();
    assert_disbelieved(&app, &provider, |claims| claims["sub"] = "".into()).await;
    assert_disbelieved(&app, &provider, |claims| claims["sub"] = "a".repeat(256).into()).await;
}

#[actix_web::test]
async fn a_token_that_nobody_signed_or_that_a_shared_secret_did_signs_nobody_in() {
    let (app, provider) = app();
    let secrets = [provider.client_secret(), provider.public_keys()];
    for signing in [vec![Signing::None], secrets.map(Signing::Hs256).to_vec()].concat() {
        provider.sign_by(signing);
        assert_refused(&sign_in(&app, &provider).await, "provider_disbelieved");
    }
    assert_eq!(accounts(&app), [""; 0]);
}

#[actix_web::test]
async fn a_token_that_somebody_else_signed_signs_nobody_in() {
    let (app, provider) = app();
    provider.forge_keys();
    for signing in [Signing::Es256, Signing::Rs256, Signing::EdDsa] {
        provider.sign_by(signing);
        assert_refused(&sign_in(&app, &provider).await, "provider_disbelieved");
    }
}

#[actix_web::test]
async fn a_browser_that_another_provider_sends_back_is_not_signed_in() {
    let (app, provider) = app();
    for issuer in [Some("https://evil.example"), Some(""), None] {
        let ada = depart(&app.stranger(), &json!({})).await;
        let back = change(&provider.visit(&ada.location).await, "iss", issuer);
        assert_refused(&ada.come_back(&back).await, "provider_mistaken");
    }
}

#[actix_web::test]
async fn a_provider_that_does_not_name_itself_in_the_address_need_not() {
    let (app, provider) = app();
    provider.change_document(|document| {
        if let Some(document) = document.as_object_mut() {
            document.remove("authorization_response_iss_parameter_supported");
        }
    });
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = change(&provider.visit(&ada.location).await, "iss", None);
    signed_in(&app, &ada.come_back(&back).await);
}

#[actix_web::test]
async fn nobody_is_sent_on_to_another_site() {
    let (app, provider) = app();
    for path in
        ["", "account", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"]
    {
        let answer = app.stranger().post("/auth/providers/example/start", &json!({"return_to": path})).await;
        answer.expect_problem(400, "return_refused");
    }
    for (path, leads_to) in [
        ("/keys", "http://localhost:8080/keys"),
        ("/auth/return?to=http://a.example/", "http://localhost:8080/auth/return?to=http://a.example/"),
        ("/.//evil.example", "http://localhost:8080//evil.example"),
    ] {
        let ada = depart(&app.stranger(), &json!({"return_to": path})).await;
        assert_eq!(ada.arrive(&provider).await.header("location"), leads_to);
    }
}

#[actix_web::test]
async fn no_page_of_another_site_sends_a_person_to_a_provider() {
    let (app, _provider) = app();
    for site in ["cross-site", "same-site", "none"] {
        let page = app.stranger().with_header("sec-fetch-site", site);
        let answer = page.post("/auth/providers/example/start", &json!({})).await;
        answer.expect_problem(403, "csrf_refused");
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[actix_web::test]
async fn the_cookie_of_the_way_is_for_this_host_alone() {
    let (_, provider) = app();
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        settings.http.public_url = "https://numbers.example.org".to_owned();
        settings.auth.cookie_domain = Some("example.org".to_owned());
    });
    let answer = app.stranger().post("/auth/providers/example/start", &json!({})).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let (value, attributes) = answer.header("set-cookie").split_once(';').unwrap();
    assert!(value.starts_with("__Host-tallykeep_departure="), "{value}");
    assert_eq!(attributes, " HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600");
}

#[actix_web::test]
async fn who_comes_too_often_waits() {
    let (app, provider) = app_with(|settings| {
        settings.rate_limit_per_minute = 1;
        settings.rate_limit_burst = 2;
    });
    let ada = depart(&app.stranger(), &json!({})).await;
    let back = provider.visit(&ada.location).await;
    assert_refused(&ada.come_back(&change(&back, "state", None)).await, "departure_expired");
    signed_in(&app, &ada.come_back(&back).await);
    assert_refused(&ada.come_back(&back).await, "rate_limited");
    let answer = app.stranger().post("/auth/providers/example/start", &json!({})).await;
    answer.expect_problem(429, "rate_limited");
}
