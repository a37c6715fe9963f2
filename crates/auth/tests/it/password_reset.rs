//! Setting another password by a link.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, SmtpServer, TestApp};

use crate::support::{age_sent_mail, app_with_mail, execute, log_in, state, texts};

const ANOTHER: &str = "another password of hers";

async fn ask(client: &Client, email: &str) {
    let answer = client.post("/auth/password-reset", &json!({"email": email})).await;
    assert_eq!(answer.expect(202), json!({"sends_mail": true}));
}

async fn confirm(client: &Client, token: &str, password: &str) -> Answer {
    client.post("/auth/password-reset/confirm", &json!({"token": token, "password": password})).await
}

/// Registers Ada, and answers her with the token of a link that she has asked for.
async fn ada_asks(app: &TestApp, smtp: &SmtpServer) -> (SignedIn, String) {
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    ask(&app.stranger(), "ada@example.org").await;
    (ada, smtp.next().token())
}

#[actix_web::test]
async fn a_mailed_link_sets_the_password_and_ends_every_session_without_signing_in() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    ask(&app.stranger(), " Ada@Example.ORG ").await;
    let mail = smtp.next();
    assert_eq!(mail.to, ["RCPT TO:<ada@example.org>"]);
    assert_eq!(mail.subject, "Set a new password");
    assert!(mail.link().unwrap().starts_with("http://localhost:8080/reset-password#token="));
    let answer = confirm(&app.stranger(), &mail.token(), ANOTHER).await;
    let _ = answer.expect(204);
    assert_eq!(answer.header("set-cookie"), "");
    ada.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let old = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    old.expect_problem(401, "credentials_invalid");
    let _ = log_in(&app.stranger(), "ada@example.org", ANOTHER).await.expect(200);
    assert_eq!(smtp.next().subject, "Your password was changed");
    let account = "select format('%s %s', action, succeeded) as text from auth.audit_events order by id";
    let expected =
        ["register t", "sign_in t", "ask_for_password_reset t", "reset_password t", "sign_in f", "sign_in t"];
    assert_eq!(texts(&app.database, account), expected);
}

#[actix_web::test]
async fn a_link_is_good_once_and_for_an_hour() {
    let (app, smtp) = app_with_mail();
    let (_ada, token) = ada_asks(&app, &smtp).await;
    execute(&app.database, "update auth.one_time_tokens set expires_at = expires_at - interval '59 minutes'");
    let _ = confirm(&app.stranger(), &token, ANOTHER).await.expect(204);
    confirm(&app.stranger(), &token, "a third password").await.expect_problem(403, "link_invalid");
    let _ = log_in(&app.stranger(), "ada@example.org", ANOTHER).await.expect(200);
}

#[actix_web::test]
async fn a_link_that_has_ended_is_void() {
    let (app, smtp) = app_with_mail();
    let (_ada, token) = ada_asks(&app, &smtp).await;
    execute(&app.database, "update auth.one_time_tokens set expires_at = expires_at - interval '60 minutes'");
    confirm(&app.stranger(), &token, ANOTHER).await.expect_problem(403, "link_invalid");
}

#[actix_web::test]
async fn of_several_who_use_a_link_at_once_one_sets_the_password() {
    let smtp = SmtpServer::start();
    let app = TestApp::with(|settings| {
        settings.auth.mail = smtp.settings();
        settings.auth.hashing_parallelism = 8;
    });
    let (_ada, token) = ada_asks(&app, &smtp).await;
    let stranger = app.stranger();
    let passwords: Vec<String> = (0..6).map(|n| format!("password number {n}")).collect();
    let answers = join_all(passwords.iter().map(|password| confirm(&stranger, &token, password))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let winner = answers.iter().position(|answer| answer.status == 204).unwrap();
    let _ = log_in(&stranger, "ada@example.org", &passwords[winner]).await.expect(200);
}

#[actix_web::test]
async fn a_password_that_is_refused_does_not_use_the_link_up() {
    let (app, smtp) = app_with_mail();
    let (_ada, token) = ada_asks(&app, &smtp).await;
    confirm(&app.stranger(), &token, "short").await.expect_problem(422, "password_too_short");
    let _ = confirm(&app.stranger(), &token, ANOTHER).await.expect(204);
}

#[actix_web::test]
async fn a_newer_link_makes_the_older_void() {
    let (app, smtp) = app_with_mail();
    let (_ada, older) = ada_asks(&app, &smtp).await;
    age_sent_mail(&app.database, 2, "1 minute").await;
    ask(&app.stranger(), "ada@example.org").await;
    let newer = smtp.next().token();
    confirm(&app.stranger(), &older, ANOTHER).await.expect_problem(403, "link_invalid");
    let _ = confirm(&app.stranger(), &newer, ANOTHER).await.expect(204);
}

#[actix_web::test]
async fn another_password_ends_every_other_link() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let verification = smtp.next().token();
    let body = json!({"email": "ada@example.net", "password": SignedIn::PASSWORD});
    let _ = ada.browser.post("/auth/email-change", &body).await.expect(202);
    let change = smtp.next().token();
    ask(&app.stranger(), "ada@example.org").await;
    let _ = confirm(&app.stranger(), &smtp.next().token(), ANOTHER).await.expect(204);
    for (path, token) in [("email-verification", verification), ("email-change", change)] {
        let answer = app.stranger().post(&format!("/auth/{path}/confirm"), &json!({"token": token})).await;
        answer.expect_problem(403, "link_invalid");
    }
}

#[actix_web::test]
async fn an_administrator_makes_a_link_where_there_is_no_mail() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let id = bob.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let path = format!("/auth/admin/accounts/{id}/password-reset");
    bob.browser.post(&path, &Value::Null).await.expect_problem(403, "administrator_needed");
    let answer = ada.browser.post(&path, &Value::Null).await;
    let made = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let end: Timestamp = made["expires_at"].as_str().unwrap().parse().unwrap();
    let left = Timestamp::now().duration_until(end);
    assert!(left <= SignedDuration::from_hours(1) && left > SignedDuration::from_mins(59), "{left}");
    let link = made["link"].as_str().unwrap();
    let token = link.strip_prefix("http://localhost:8080/reset-password#token=").unwrap();
    let _ = confirm(&app.stranger(), token, ANOTHER).await.expect(204);
    let _ = log_in(&app.stranger(), "bob@example.org", ANOTHER).await.expect(200);
    let record = texts(
        &app.database,
        "select format('%s %s %s %s', account.email, actor.email, succeeded, detail) as text \
         from auth.audit_events join auth.accounts account on account.id = account_id \
         join auth.accounts actor on actor.id = actor_id where action = 'create_password_reset_link'",
    );
    assert_eq!(record, ["bob@example.org ada@example.org t {}"]);
    let nobody = "/auth/admin/accounts/018f0000-0000-7000-8000-000000000000/password-reset";
    ada.browser.post(nobody, &Value::Null).await.expect_problem(404, "account_not_found");
    let wrong = ada.browser.post("/auth/admin/accounts/bob/password-reset", &Value::Null).await;
    wrong.expect_problem(400, "id_invalid");
}

#[actix_web::test]
async fn whoever_rules_the_machine_makes_a_link_for_an_address() {
    use secrecy::ExposeSecret;
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let state = state(&app.database);
    let link = state.create_password_reset_link("Ada@example.org").unwrap().unwrap();
    let token = link.link.expose_secret().split_once("#token=").unwrap().1;
    let _ = confirm(&app.stranger(), token, ANOTHER).await.expect(204);
    assert!(state.create_password_reset_link("eve@example.org").unwrap().is_none());
    assert!(state.create_password_reset_link("no address").is_err());
}

#[actix_web::test]
async fn whoever_failed_too_often_gets_in_with_the_new_password_at_once() {
    let (app, smtp) = app_with_mail();
    let (_ada, token) = ada_asks(&app, &smtp).await;
    for _ in 0..5 {
        let _ = log_in(&app.stranger(), "ada@example.org", ANOTHER).await.expect(401);
    }
    let _ = confirm(&app.stranger(), &token, ANOTHER).await.expect(204);
    let _ = log_in(&app.stranger(), "ada@example.org", ANOTHER).await.expect(200);
}

#[actix_web::test]
async fn a_link_of_somebody_who_was_turned_out_is_void_and_stays_so() {
    let (app, smtp) = app_with_mail();
    let admin = app.register("admin@example.org").await;
    let _verification = smtp.next();
    let (ada, token) = ada_asks(&app, &smtp).await;
    let id = ada.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let account = format!("/auth/admin/accounts/{id}");
    let _ = admin.browser.patch(&account, &json!({"disabled": true})).await.expect(200);
    confirm(&app.stranger(), &token, ANOTHER).await.expect_problem(403, "link_invalid");
    let _ = admin.browser.patch(&account, &json!({"disabled": false})).await.expect(200);
    confirm(&app.stranger(), &token, ANOTHER).await.expect_problem(403, "link_invalid");
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}
