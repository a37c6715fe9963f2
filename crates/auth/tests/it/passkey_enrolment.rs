//! A passkey as the second factor that a group asks for, added before the sign-in is complete.

use futures_util::future::join;
use serde_json::{Value, json};
use tallykeep_test_support::{Authenticator, Doing, SignedIn, TestApp};

use crate::{
    authenticator::{CodeApp, begin, confirm, enrol},
    passkeys::{Jar, SIGN_IN, half_signed_in},
    support::{execute, log_in, texts},
};

const ADA: &str = "ada@example.org";
const PASSKEYS: &str = "/auth/passkeys";

/// An installation in which whoever is there has to give two factors.
async fn careful(emails: &[&str]) -> TestApp {
    let app = TestApp::start();
    for email in emails {
        let _ = app.register(email).await;
    }
    execute(&app.database, "insert into auth.groups (name, requires_second_factor) values ('careful', true)");
    let join =
        "insert into auth.group_members (account_id, group_name) select id, 'careful' from auth.accounts";
    execute(&app.database, join);
    app
}

fn made(options: &Value, doing: &Doing) -> Value {
    json!({"name": "Phone", "credential": Authenticator::new().register(options, doing)})
}

fn count(app: &TestApp, table: &str) -> Vec<String> {
    texts(&app.database, &format!("select count(*)::text as text from auth.{table}"))
}

#[actix_web::test]
async fn who_has_no_second_factor_adds_a_passkey_and_is_signed_in_with_two() {
    let app = careful(&[ADA]).await;
    let mut browser = half_signed_in(&app).await;
    browser.client().get(PASSKEYS).await.expect_problem(401, "session_missing");
    let mut device = Authenticator::new();
    let added = browser.add(&mut device, "Phone").await;
    assert_eq!(added.header("cache-control"), "no-store");
    assert_eq!(added.expect(201)["recovery_codes"].as_array().unwrap().len(), 10);
    let known = browser.client().get("/auth/second-factors").await.expect(200);
    let known = ["required", "given", "passkeys"].map(|name| known[name].clone());
    assert_eq!(json!(known), json!([true, true, 1]));
    // What was open with one factor is not any more, and the sign-in is over.
    assert_eq!(texts(&app.database, "select methods as text from auth.sessions"), ["pwd pop"]);
    browser.client().get("/auth/pending-sign-in").await.expect_problem(401, "sign_in_not_begun");
    let sql = "select action as text from auth.audit_events where action <> 'register' order by id";
    assert_eq!(texts(&app.database, sql), ["sign_in", "add_passkey", "sign_in"]);
    let _ = Jar::empty(&app).answer(SIGN_IN, &mut device).await.expect(200);
}

#[actix_web::test]
async fn who_has_one_gives_it_and_adds_none_before() {
    let app = careful(&[ADA]).await;
    let mut late = half_signed_in(&app).await;
    let options = late.begin(PASSKEYS).await;
    let other = half_signed_in(&app).await;
    let _ = enrol(&app, &other.client()).await;
    // That has ended what was under way.
    late.post(PASSKEYS, &made(&options, &Doing::default())).await.expect_problem(401, "session_missing");
    let password = json!({"email": ADA, "password": SignedIn::PASSWORD});
    assert_eq!(late.post("/auth/login", &password).await.expect(202)["enrolment_needed"], false);
    let again = late.post(&format!("{PASSKEYS}/options"), &Value::Null).await;
    again.expect_problem(403, "second_factor_needed");
    late.post(PASSKEYS, &made(&options, &Doing::default())).await.expect_problem(403, "second_factor_needed");
    assert_eq!(count(&app, "passkeys"), ["0"]);
}

#[actix_web::test]
async fn the_passkeys_that_somebody_has_are_not_told_to_who_knows_the_password() {
    let app = TestApp::start();
    let mut ada = Jar::of(&app, ADA).await;
    let mut device = Authenticator::new();
    let _ = ada.add(&mut device, "Phone").await.expect(201);
    let mut half = half_signed_in(&app).await;
    let answer = half.post(&format!("{PASSKEYS}/options"), &Value::Null).await;
    answer.expect_problem(403, "second_factor_needed");
    assert!(!answer.body.contains(&device.id()), "{answer:?}");
}

#[actix_web::test]
async fn what_one_sign_in_began_no_other_browser_and_no_other_person_finishes() {
    let app = careful(&[ADA, "ben@example.org"]).await;
    let mut browser = half_signed_in(&app).await;
    let options = browser.begin(PASSKEYS).await;
    let mut other = half_signed_in(&app).await;
    let _ = other.begin(PASSKEYS).await;
    let body = made(&options, &Doing::default());
    other.post(PASSKEYS, &body).await.expect_problem(409, "passkey_ceremony_ended");
    let ben = json!({"email": "ben@example.org", "password": SignedIn::PASSWORD});
    let _ = browser.post("/auth/login", &ben).await.expect(202);
    browser.post(PASSKEYS, &body).await.expect_problem(409, "passkey_ceremony_ended");
    assert_eq!(count(&app, "passkeys"), ["0"]);
}

#[actix_web::test]
async fn a_passkey_that_nobody_asked_for_completes_no_sign_in() {
    let app = careful(&[ADA]).await;
    let mut browser = half_signed_in(&app).await;
    for doing in [
        Doing { origin: "https://evil.example".to_owned(), ..Doing::default() },
        Doing { verified: false, ..Doing::default() },
    ] {
        let options = browser.begin(PASSKEYS).await;
        browser.post(PASSKEYS, &made(&options, &doing)).await.expect_problem(422, "passkey_invalid");
    }
    let options = browser.begin(PASSKEYS).await;
    let body = made(&options, &Doing::default());
    let elsewhere = browser.client().with_header("sec-fetch-site", "cross-site");
    elsewhere.post(PASSKEYS, &body).await.expect_problem(403, "csrf_refused");
    browser.client().get("/auth/account").await.expect_problem(401, "session_missing");
    // One that is refused leaves the sign-in as it was.
    let _ = browser.post(PASSKEYS, &body).await.expect(201);
}

#[actix_web::test]
async fn a_sign_in_that_is_over_adds_no_passkey() {
    let app = careful(&[ADA]).await;
    let mut browser = half_signed_in(&app).await;
    let options = browser.begin(PASSKEYS).await;
    execute(&app.database, "update auth.pending_sign_ins set expires_at = now()");
    let body = made(&options, &Doing::default());
    browser.post(PASSKEYS, &body).await.expect_problem(401, "session_missing");
    assert_eq!(log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(202)["enrolment_needed"], true);
}

#[actix_web::test]
async fn of_an_app_and_a_passkey_at_once_one_is_added() {
    let app = careful(&[ADA]).await;
    let mut one = half_signed_in(&app).await;
    let options = one.begin(PASSKEYS).await;
    let (one, other) = (one.client(), half_signed_in(&app).await.client());
    let authenticator = CodeApp::of(&begin(&other).await);
    let (body, code) = (made(&options, &Doing::default()), authenticator.code());
    let answers = join(one.post(PASSKEYS, &body), confirm(&other, &code)).await;
    let statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    assert!(matches!(statuses, [201, 401 | 403] | [401 | 403, 200]), "{answers:?}");
    let added = "select count(*)::text as text from
        (select id from auth.passkeys union select id from auth.totp_secrets where confirmed_at is not null) added";
    assert_eq!(texts(&app.database, added), ["1"]);
}
