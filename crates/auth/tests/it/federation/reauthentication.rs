//! Showing once more who is there, without a password.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, OpenIdProvider, Person};

use super::{app, browser, depart, sign_in, signed_in};
use crate::support::{cookie, execute};

const LONG_AGO: &str = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";

async fn make_key(browser: &Client) -> Answer {
    browser.post("/auth/api-keys", &json!({"name": "key", "scopes": ["metrics:read"]})).await
}

async fn reauthenticate(browser: &Client, provider: &OpenIdProvider) -> Answer {
    depart(browser, &json!({"purpose": "reauthenticate", "return_to": "/keys"})).await.arrive(provider).await
}

#[actix_web::test]
async fn who_has_no_password_is_asked_by_the_provider() {
    let (app, provider) = app();
    let first = signed_in(&app, &sign_in(&app, &provider).await);
    execute(&app.database, LONG_AGO);
    make_key(&first).await.expect_problem(403, "reauthentication_needed");
    let answer = reauthenticate(&first, &provider).await;
    assert_eq!(answer.header("location"), "http://localhost:8080/keys");
    let second = browser(&app, cookie(&answer));
    let _ = make_key(&second).await.expect(201);
    first.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn a_session_at_the_provider_is_no_proof() {
    let (app, provider) = app();
    let ada = signed_in(&app, &sign_in(&app, &provider).await);
    execute(&app.database, LONG_AGO);
    let changes: [fn(&mut Value); 2] = [
        |claims| claims["auth_time"] = Value::Null,
        |claims| claims["auth_time"] = (claims["iat"].as_i64().unwrap() - 120).into(),
    ];
    for change in changes {
        provider.change_claims(change);
        let answer = reauthenticate(&ada, &provider).await;
        let page = "http://localhost:8080/account?error=provider_did_not_ask";
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, page));
    }
    make_key(&ada).await.expect_problem(403, "reauthentication_needed");
}

#[actix_web::test]
async fn somebody_else_at_the_provider_is_no_proof() {
    let (app, provider) = app();
    let ada = signed_in(&app, &sign_in(&app, &provider).await);
    execute(&app.database, LONG_AGO);
    provider.switch_to(Person::new("eve", "ada@example.org"));
    let answer = reauthenticate(&ada, &provider).await;
    assert_eq!(answer.header("location"), "http://localhost:8080/account?error=identity_not_linked");
    make_key(&ada).await.expect_problem(403, "reauthentication_needed");
}

#[actix_web::test]
async fn who_has_no_password_deletes_the_account_and_changes_the_address_without_one() {
    let (app, provider) = app();
    let ada = signed_in(&app, &sign_in(&app, &provider).await);
    let email = json!({"email": "ada@example.net"});
    execute(&app.database, LONG_AGO);
    ada.post("/auth/email-change", &email).await.expect_problem(403, "reauthentication_needed");
    let ada = browser(&app, cookie(&reauthenticate(&ada, &provider).await));
    let _ = ada.post("/auth/email-change", &email).await.expect(204);
    let _bob = app.register("bob@example.org").await;
    execute(&app.database, "update auth.accounts set role = 'administrator'");
    let delete = ada.request(reqwest::Method::DELETE, "/auth/account").json(&json!({}));
    let _ = Client::send(delete).await.expect(200);
}

#[actix_web::test]
async fn who_has_a_password_gives_it() {
    let (app, _provider) = app();
    let ada = app.register("ada@example.org").await;
    let answer = ada.browser.post("/auth/email-change", &json!({"email": "ada@example.net"})).await;
    answer.expect_problem(422, "password_missing");
}
