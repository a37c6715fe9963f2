//! Inviting people.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tallykeep_auth::RegistrationMode;
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{execute, registration, texts};

fn start() -> TestApp {
    TestApp::with(|settings| {
        settings.auth.registration = RegistrationMode::Invite;
        settings.auth.hashing_parallelism = 8;
    })
}

async fn invite(administrator: &SignedIn) -> String {
    let invitation = administrator.browser.post("/auth/invitations", &Value::Null).await.expect(201);
    invitation["invitation"].as_str().unwrap().to_owned()
}

async fn register(client: &Client, email: &str, invitation: &str) -> Answer {
    let mut body = registration(email);
    body["invitation"] = invitation.into();
    client.post("/auth/register", &body).await
}

#[actix_web::test]
async fn an_invitation_admits_one_person_once() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let invitation = invite(&ada).await;
    let account = register(&app.stranger(), "bob@example.org", &invitation).await.expect(201);
    assert_eq!(account["role"], "member");
    let again = register(&app.stranger(), "eve@example.org", &invitation).await;
    again.expect_problem(403, "invitation_invalid");
}

#[actix_web::test]
async fn an_invitation_is_shown_once_and_ends_in_a_week() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let answer = ada.browser.post("/auth/invitations", &Value::Null).await;
    let invitation = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let end: Timestamp = invitation["expires_at"].as_str().unwrap().parse().unwrap();
    let left = Timestamp::now().duration_until(end);
    assert!(left <= SignedDuration::from_hours(168) && left > SignedDuration::from_hours(167), "{left}");
}

#[actix_web::test]
async fn without_a_good_invitation_nobody_registers() {
    let app = start();
    let _ada = app.register("ada@example.org").await;
    let answer = app.stranger().post("/auth/register", &registration("eve@example.org")).await;
    answer.expect_problem(403, "invitation_missing");
    for wrong in ["", "guessed", "' or 1=1 --", "\0", &"x".repeat(100_000)] {
        let answer = register(&app.stranger(), "eve@example.org", wrong).await;
        answer.expect_problem(403, "invitation_invalid");
    }
    assert_eq!(texts(&app.database, "select email as text from auth.accounts"), ["ada@example.org"]);
}

#[actix_web::test]
async fn an_invitation_that_has_ended_is_void() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let invitation = invite(&ada).await;
    execute(&app.database, "update auth.invitations set expires_at = now() - interval '1 second'");
    let answer = register(&app.stranger(), "bob@example.org", &invitation).await;
    answer.expect_problem(403, "invitation_invalid");
}

#[actix_web::test]
async fn of_several_who_use_an_invitation_at_once_one_gets_in() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let (stranger, invitation) = (app.stranger(), invite(&ada).await);
    let emails: Vec<String> = (0..6).map(|n| format!("racer{n}@example.org")).collect();
    let answers = join_all(emails.iter().map(|email| register(&stranger, email, &invitation))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(403, "invitation_invalid");
    }
}

#[actix_web::test]
async fn a_registration_that_is_refused_does_not_use_up_its_invitation() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let invitation = invite(&ada).await;
    register(&app.stranger(), "ada@example.org", &invitation).await.expect_problem(409, "email_taken");
    let _ = register(&app.stranger(), "bob@example.org", &invitation).await.expect(201);
}

#[actix_web::test]
async fn only_an_administrator_invites() {
    let app = start();
    let ada = app.register("ada@example.org").await;
    let answer = register(&app.stranger(), "bob@example.org", &invite(&ada).await).await;
    let bob = SignedIn::with_cookie(&app.stranger(), &answer).await;
    bob.browser.post("/auth/invitations", &Value::Null).await.expect_problem(403, "administrator_needed");
    app.stranger().post("/auth/invitations", &Value::Null).await.expect_problem(401, "session_missing");
}
