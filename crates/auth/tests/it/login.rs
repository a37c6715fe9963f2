//! Signing in.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, SignedIn, TestApp};

use crate::support::{cookie, execute, log_in, registration, texts};

const WRONG: &str = "not the password of anybody";

#[actix_web::test]
async fn the_right_password_signs_in() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let answer = log_in(&app.stranger(), " ADA@example.org", SignedIn::PASSWORD).await;
    let account = answer.expect(200);
    assert_eq!(account, ada.browser.get("/auth/account").await.expect(200));
    let again = SignedIn::with_cookie(&app.stranger(), &answer).await;
    assert_eq!(again.browser.get("/auth/account").await.expect(200), account);
}

#[actix_web::test]
async fn a_wrong_password_an_unknown_and_a_malformed_address_are_answered_alike() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let same = |answer: &Answer| {
        let mut body = answer.expect_problem(401, "credentials_invalid");
        body["request_id"] = Value::Null;
        let names: BTreeSet<_> = answer.headers.keys().map(ToString::to_string).collect();
        (body, names)
    };
    let wrong = same(&log_in(&app.stranger(), "ada@example.org", WRONG).await);
    for email in ["nobody@example.org", "no address at all", "", "ada@example.org\0", "' or 1=1 --"] {
        assert_eq!(same(&log_in(&app.stranger(), email, WRONG).await), wrong, "{email}");
    }
    let long = "x".repeat(100_000);
    assert_eq!(same(&log_in(&app.stranger(), "ada@example.org", &long).await), wrong);
    assert_eq!(same(&log_in(&app.stranger(), "nobody@example.org", &long).await), wrong);
}

/// The one test of a time: also what is locked costs a hash, even with the right password. The bounds are wide: a hash takes tens of milliseconds and everything else one or two, so
/// medians that lie within a factor of three of each other each hold a hash. The tries alternate, so that a busy machine
/// slows all alike.
#[actix_web::test]
async fn an_unknown_address_costs_a_hash_like_a_known_one() {
    const ROUNDS: u16 = 15;
    let app = TestApp::with(|settings| settings.auth.max_login_attempts = ROUNDS + 1);
    let (_ada, _bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    // Making a client takes as long as a hash, and is no part of this.
    let stranger = app.stranger();
    let _ = log_in(&stranger, "bob@example.org", WRONG).await.expect(401);
    assert_eq!(execute(&app.database, "update auth.lockouts set failures = 1000"), 1);
    let tries = [
        ("ada@example.org", WRONG),
        ("nobody@example.org", WRONG),
        ("no address at all", WRONG),
        ("bob@example.org", SignedIn::PASSWORD),
    ];
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for ((email, password), times) in tries.iter().zip(&mut times) {
            let start = Instant::now();
            let _ = log_in(&stranger, email, password).await.expect(401);
            times.push(start.elapsed());
        }
    }
    let [known, unknown, malformed, locked] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    for other in [unknown, malformed, locked] {
        assert!(other < known * 3 && known < other * 3, "{known:?} and {other:?}");
    }
}

#[actix_web::test]
async fn every_sign_in_is_a_session_of_its_own() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let one = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let holding = app.stranger().with_header("cookie", cookie(&one));
    let other = log_in(&holding, "ada@example.org", SignedIn::PASSWORD).await;
    assert_ne!(cookie(&one), cookie(&other));
    let ids = texts(&app.database, "select distinct id::text as text from auth.sessions");
    assert_eq!(ids.len(), 3, "{ids:?}");
}

#[actix_web::test]
async fn a_cookie_that_was_set_before_is_not_adopted() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let planted = app.stranger().with_header("cookie", "tallykeep_session=planted");
    let answer = log_in(&planted, "ada@example.org", SignedIn::PASSWORD).await;
    assert_ne!(cookie(&answer), "tallykeep_session=planted");
    planted.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn json_in_disguise_signs_nobody_in() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let body = json!({"email": "ada@example.org", "password": SignedIn::PASSWORD}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let client = app.stranger().with_header("content-type", kind);
        let answer = client.post_bytes("/auth/login", body.clone()).await;
        answer.expect_problem(415, "media_type_unsupported");
        assert_eq!(cookie(&answer), "");
    }
}

#[actix_web::test]
async fn who_cannot_sign_in_for_want_of_the_database_can_when_it_is_back() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    app.line.cut();
    for answer in [
        log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await,
        app.stranger().post("/auth/register", &registration("bob@example.org")).await,
    ] {
        answer.expect_problem(503, "database_unavailable");
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(cookie(&answer), "");
    }
    app.line.mend();
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let _ = app.stranger().post("/auth/register", &registration("bob@example.org")).await.expect(201);
}

#[actix_web::test]
async fn without_the_master_secret_old_passwords_and_tokens_are_good_for_nothing() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let old = ada.page.request(reqwest::Method::GET, "/").build().unwrap();
    let old = old.headers()["authorization"].to_str().unwrap().to_owned();
    let app = app.restart_with(|settings| {
        settings.auth.secret = Some("another master key for tests, 0123456789".into());
    });
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    answer.expect_problem(401, "credentials_invalid");
    let page = app.stranger().with_header("authorization", &old);
    page.get("/api/v1/metrics").await.expect_problem(503, "signing_keys_unreadable");
}

#[actix_web::test]
async fn the_same_master_secret_keeps_passwords_sessions_and_tokens() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let token = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let cookie = cookie(&answer).to_owned();
    let app = app.restart_with(|_| {});
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let _ = app.stranger().with_header("cookie", &cookie).get("/auth/account").await.expect(200);
    let page = app.stranger().with_token(token["access_token"].as_str().unwrap());
    let _ = page.get("/api/v1/metrics").await.expect(200);
}

#[actix_web::test]
async fn what_is_tried_with_an_account_that_is_kept_out_is_recorded_with_it() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let id = ada.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    for kept_out in ["disabled_at = now()", "disabled_at = null, erase_after = now() + interval '1 day'"] {
        execute(&app.database, &format!("update auth.accounts set {kept_out}"));
        let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
        answer.expect_problem(401, "credentials_invalid");
    }
    let failed =
        "select account_id::text as text from auth.audit_events where action = 'sign_in' and not succeeded";
    assert_eq!(texts(&app.database, failed), [id.clone(), id]);
}
