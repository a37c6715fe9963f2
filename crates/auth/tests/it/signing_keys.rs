//! What access tokens are signed with, and how it changes.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use jsonwebtoken::decode_header;
use serde_json::Value;
use tallykeep_auth::{AuthSettings, LocalAuthority, State};
use tallykeep_database::ServiceRole;
use tallykeep_service::{Authenticator, AuthoritySettings, Credential, RemoteAuthority};
use tallykeep_test_support::{Client, Line, Served, SignedIn, TestApp, TestDatabase, http_settings};

use crate::{
    authenticator::{CodeApp, begin, confirm},
    support::{SERVICE_CREDENTIAL, execute, log_in, serve, serve_state, state, state_with, texts},
};

const IDS: &str = "select id as text from auth.signing_keys order by signs_from";

/// Lets so much time pass for the keys.
fn age(database: &TestDatabase, interval: &str) {
    execute(
        database,
        &format!("update auth.signing_keys set signs_from = signs_from - interval '{interval}'"),
    );
}

/// A replica that has just started.
fn replica(database: &TestDatabase) -> Served {
    serve(database)
}

async fn token(browser: &Client) -> String {
    let answer = browser.post("/auth/token", &Value::Null).await.expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}

fn signer(token: &str) -> String {
    decode_header(token).unwrap().kid.unwrap()
}

async fn published(served: &Served) -> Vec<String> {
    let keys = Client::new(&served.url).get("/.well-known/jwks.json").await.expect(200);
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// What a service that has just started makes of `token`.
async fn status(state: &State, token: &str) -> u16 {
    let authenticator = Authenticator::new(
        Arc::new(LocalAuthority::new(state.clone(), "ingest")),
        &http_settings().public_url,
    );
    let result = authenticator.check(&Credential::from_text(token.to_owned())).await;
    result.map_or_else(|problem| problem.status().as_u16(), |_| 200)
}

#[actix_web::test]
async fn replicas_that_start_together_make_one_key() {
    let database = TestDatabase::new();
    let replicas: Vec<Served> = (0..4).map(|_| replica(&database)).collect();
    let seen = join_all(replicas.iter().map(published)).await;
    assert_eq!(seen[0].len(), 1);
    assert!(seen.iter().all(|keys| *keys == seen[0]), "{seen:?}");
    assert_eq!(texts(&database, IDS), seen[0]);
}

#[actix_web::test]
async fn the_next_key_is_published_before_it_signs() {
    let database = TestDatabase::new();
    let first = replica(&database);
    let ada = Client::new(&first.url).register("ada@example.org").await;
    let old = token(&ada.browser).await;
    age(&database, "29 days 22 hours");
    assert_eq!(published(&replica(&database)).await, [signer(&old)]);
    age(&database, "90 minutes");
    let second = replica(&database);
    let keys = published(&second).await;
    assert_eq!((keys.len(), &keys[0]), (2, &signer(&old)));
    let still_old = token(&ada.browser.at(&second.url)).await;
    assert_eq!(signer(&still_old), keys[0]);
    age(&database, "59 minutes");
    assert_eq!(signer(&token(&ada.browser.at(&replica(&database).url)).await), keys[0]);
    age(&database, "2 minutes");
    let third = replica(&database);
    assert_eq!(signer(&token(&ada.browser.at(&third.url)).await), keys[1]);
    assert_eq!(published(&third).await, keys);
}

#[actix_web::test]
async fn a_rotated_key_still_verifies_until_the_end_of_grace_and_then_not() {
    let database = TestDatabase::new();
    let first = replica(&database);
    let ada = Client::new(&first.url).register("ada@example.org").await;
    let old = token(&ada.browser).await;
    age(&database, "31 days");
    assert_eq!(published(&replica(&database)).await.len(), 2);
    age(&database, "119 minutes");
    let in_grace = state(&database);
    let new = token(&ada.browser.at(&serve_state(in_grace.clone()).url)).await;
    assert_ne!(signer(&new), signer(&old));
    assert_eq!((status(&in_grace, &old).await, status(&in_grace, &new).await), (200, 200));
    age(&database, "2 minutes");
    let after = state(&database);
    assert_eq!((status(&after, &old).await, status(&after, &new).await), (401, 200));
    assert_eq!(texts(&database, IDS), [signer(&new)]);
}

#[actix_web::test]
async fn the_next_key_is_made_in_time_when_nobody_asks_for_it() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    age(&app.database, "31 days");
    let app = app.restart_with(|_| {});
    while texts(&app.database, IDS).len() < 2 {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_service_that_runs_takes_a_key_that_it_has_never_seen() {
    let database = TestDatabase::new();
    let state = state(&database);
    let served = serve_state(state.clone());
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let settings = AuthoritySettings { url: served.url.clone(), credential: SERVICE_CREDENTIAL.into() };
    let authority = RemoteAuthority::new(&settings, "http://localhost").unwrap();
    let service =
        Authenticator::new(Arc::new(authority), &http_settings().public_url).with_freshness(Duration::ZERO);
    let old = token(&ada.browser).await;
    let check = |token: &str| {
        let credential = Credential::from_text(token.to_owned());
        let service = &service;
        async move { service.check(&credential).await.map(|_| ()).map_err(|problem| problem.status().as_u16()) }
    };
    assert_eq!(check(&old).await, Ok(()));
    state.rotate_keys().unwrap();
    let new = token(&ada.browser).await;
    assert_ne!(signer(&new), signer(&old));
    assert_eq!(check(&new).await, Ok(()));
    assert_eq!(check(&old).await, Err(401));
}

#[actix_web::test]
async fn in_an_emergency_a_new_key_takes_over_at_once_and_is_told_of() {
    let database = TestDatabase::new();
    let state = state(&database);
    let served = serve_state(state.clone());
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let old = token(&ada.browser).await;
    let rotation = state.rotate_keys().unwrap();
    assert_eq!((rotation.dropped, rotation.resealed.unreadable), (1, 0));
    assert_eq!(published(&served).await, [rotation.key_id.as_str()]);
    assert_eq!(signer(&token(&ada.browser).await), rotation.key_id);
    assert_eq!(status(&state, &old).await, 401);
    let events = ada.browser.get("/auth/admin/audit-events").await.expect(200);
    assert_eq!(
        (&events["items"][0]["action"], &events["items"][0]["account_id"]),
        (&"rotate_keys".into(), &Value::Null)
    );
}

#[actix_web::test]
async fn keys_that_are_known_do_while_the_database_is_away() {
    let database = TestDatabase::new();
    let line = Line::to(&database.address());
    let state = state_with(database.urls_through(&line.address()).auth, |_| {});
    line.cut();
    let served = serve_state(state.clone());
    let stranger = Client::new(&served.url);
    stranger.get("/.well-known/jwks.json").await.expect_problem(503, "database_unavailable");
    line.mend();
    let ada = stranger.register("ada@example.org").await;
    let (token, keys) = (token(&ada.browser).await, published(&served).await);
    line.cut();
    assert_eq!(published(&served).await, keys);
    assert_eq!(status(&state, &token).await, 200);
}

#[actix_web::test]
async fn a_key_that_was_put_into_another_ones_place_is_not_published() {
    let database = TestDatabase::new();
    let _ = published(&replica(&database)).await;
    let renamed = "update auth.signing_keys set id = 'another'";
    let copied =
        "insert into auth.signing_keys select 'more', private_key, now(), now() - interval '1 minute'
        from auth.signing_keys where id <> 'more'";
    for tampering in [copied, "delete from auth.signing_keys where id <> 'more'", renamed] {
        assert_eq!(execute(&database, tampering), 1);
        let answer = Client::new(&replica(&database).url).get("/.well-known/jwks.json").await;
        answer.expect_problem(503, "signing_keys_unreadable");
        assert_eq!(answer.header("retry-after"), "2");
    }
}

/// The settings once `secret` has taken the place of the usual master secret, which is kept.
fn after(secret: &str) -> impl FnOnce(&mut AuthSettings) + use<'_> {
    move |settings| {
        let old = settings.secret.replace(secret.into()).unwrap();
        settings.previous_secrets.insert("old".to_owned(), old);
    }
}

#[actix_web::test]
async fn a_new_master_secret_takes_over_from_the_old_one_without_anybody_noticing() {
    const NEW: &str = "another master key for tests, 0123456789";
    let database = TestDatabase::new();
    let url = || database.url(ServiceRole::Auth);
    let first = replica(&database);
    let ada = Client::new(&first.url).register("ada@example.org").await;
    let bob = Client::new(&first.url).register("bob@example.org").await;
    let app = CodeApp::of(&begin(&bob.browser).await);
    let old = token(&ada.browser).await;
    let state = state_with(url(), after(NEW));
    let served = serve_state(state.clone());
    assert_eq!(status(&state, &old).await, 200);
    assert_eq!(state.count_passwords_under_previous_secrets().unwrap(), 2);
    let stranger = Client::new(&served.url);
    let signed_in = log_in(&stranger, "ada@example.org", SignedIn::PASSWORD).await;
    let _ = signed_in.expect(200);
    assert_eq!(state.count_passwords_under_previous_secrets().unwrap(), 1);
    let resealed = state.reseal().unwrap();
    assert_eq!((resealed.resealed, resealed.unreadable), (2, 0));
    assert_eq!(state.reseal().unwrap().resealed, 0);
    let alone = state_with(url(), |settings| settings.secret = Some(NEW.into()));
    assert_eq!(status(&alone, &old).await, 200);
    let served = serve_state(alone);
    let _ = confirm(&bob.browser.at(&served.url), &app.code()).await.expect(200);
    let sign_in =
        async |email| log_in(&Client::new(&served.url), email, SignedIn::PASSWORD).await.status.as_u16();
    assert_eq!((sign_in("ada@example.org").await, sign_in("bob@example.org").await), (200, 401));
}

#[actix_web::test]
async fn without_its_master_secret_nothing_is_made_new_until_the_operator_says_so() {
    let database = TestDatabase::new();
    let first = replica(&database);
    let ada = Client::new(&first.url).register("ada@example.org").await;
    let old = token(&ada.browser).await;
    let lost = state_with(database.url(ServiceRole::Auth), |settings| {
        settings.secret = Some("another master key for tests, 0123456789".into());
    });
    let served = serve_state(lost.clone());
    let browser = ada.browser.at(&served.url);
    browser.post("/auth/token", &Value::Null).await.expect_problem(503, "signing_keys_unreadable");
    browser.get("/.well-known/jwks.json").await.expect_problem(503, "signing_keys_unreadable");
    assert_eq!(texts(&database, IDS), [signer(&old)]);
    let resealed = lost.reseal().unwrap();
    assert_eq!((resealed.resealed, resealed.unreadable), (0, 1));
    assert_eq!(lost.rotate_keys().unwrap().passwords_under_previous_secrets, 1);
    let new = token(&browser).await;
    assert_eq!((status(&lost, &old).await, status(&lost, &new).await), (401, 200));
}
