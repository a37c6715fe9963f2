//! Confirming that an address is read.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::support::{age_sent_mail, app_with_mail, execute, texts};

async fn confirm(client: &Client, token: &str) -> Answer {
    client.post("/auth/email-verification/confirm", &json!({"token": token})).await
}

#[actix_web::test]
async fn whoever_registers_is_mailed_a_link_that_confirms_the_address() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["email_verified_at"], Value::Null);
    let mail = smtp.next();
    assert_eq!(mail.to, ["RCPT TO:<ada@example.org>"]);
    assert_eq!(mail.subject, "Confirm your e-mail address");
    assert!(
        mail.link().unwrap().starts_with("http://localhost:8080/verify-email#token="),
        "{:?}",
        mail.link()
    );
    // Nobody needs a session: the link may be opened on another machine.
    let _ = confirm(&app.stranger(), &mail.token()).await.expect(204);
    let account = ada.browser.get("/auth/account").await.expect(200);
    assert!(account["email_verified_at"].is_string(), "{account}");
}

#[actix_web::test]
async fn a_link_is_good_once_and_for_a_day() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let token = smtp.next().token();
    execute(
        &app.database,
        "update auth.one_time_tokens set expires_at = expires_at - interval '23 hours 59 minutes'",
    );
    let _ = confirm(&app.stranger(), &token).await.expect(204);
    confirm(&app.stranger(), &token).await.expect_problem(403, "link_invalid");
    let again = ada.browser.post("/auth/email-verification", &Value::Null).await;
    again.expect_problem(409, "email_verified");
}

#[actix_web::test]
async fn a_link_that_has_ended_is_void() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let token = smtp.next().token();
    execute(&app.database, "update auth.one_time_tokens set expires_at = expires_at - interval '24 hours'");
    confirm(&app.stranger(), &token).await.expect_problem(403, "link_invalid");
}

#[actix_web::test]
async fn a_newer_link_makes_the_older_void() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let older = smtp.next().token();
    // Not within a minute of the first.
    age_sent_mail(&app.database, 1, "1 minute").await;
    let _ = ada.browser.post("/auth/email-verification", &Value::Null).await.expect(202);
    let newer = smtp.next().token();
    confirm(&app.stranger(), &older).await.expect_problem(403, "link_invalid");
    let _ = confirm(&app.stranger(), &newer).await.expect(204);
}

#[actix_web::test]
async fn what_is_no_token_of_ours_confirms_nothing_and_is_recorded() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let token = smtp.next().token();
    let upper = token.to_uppercase();
    for wrong in ["", "guessed", "' or 1=1 --", "\0", &token[..42], &upper, &"x".repeat(50_000)] {
        confirm(&app.stranger(), wrong).await.expect_problem(403, "link_invalid");
    }
    // Nor is a link for one purpose good for another.
    let body = json!({"token": token, "password": "another password"});
    let reset = app.stranger().post("/auth/password-reset/confirm", &body).await;
    reset.expect_problem(403, "link_invalid");
    let change = app.stranger().post("/auth/email-change/confirm", &json!({"token": token})).await;
    change.expect_problem(403, "link_invalid");
    let recorded = texts(
        &app.database,
        "select format('%s %s', action, count(*)) as text from auth.audit_events \
         where not succeeded group by action order by action",
    );
    assert_eq!(recorded, ["change_email 1", "reset_password 1", "verify_email 7"]);
    let _ = confirm(&app.stranger(), &token).await.expect(204);
}

#[actix_web::test]
async fn opening_the_link_uses_nothing_up() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let mail = smtp.next();
    let page = mail.link().unwrap().strip_prefix("http://localhost:8080").unwrap().to_owned();
    for _ in 0..2 {
        // As a mail scanner would. The fragment stays with the client.
        let _ = app.stranger().get(&page).await;
        let _ = app.stranger().get("/auth/email-verification/confirm").await;
    }
    let _ = confirm(&app.stranger(), &mail.token()).await.expect(204);
}

#[actix_web::test]
async fn without_mail_there_is_nothing_to_confirm_and_everything_else_works() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let answer = ada.browser.post("/auth/email-verification", &Value::Null).await;
    answer.expect_problem(409, "mail_missing");
    assert_eq!(texts(&app.database, "select purpose as text from auth.outbox"), [""; 0]);
}
