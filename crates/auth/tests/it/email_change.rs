//! Giving an account another address.

use serde_json::json;
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{app_with_mail, execute, log_in, texts};

async fn ask(person: &SignedIn, email: &str, password: &str) -> Answer {
    person.browser.post("/auth/email-change", &json!({"email": email, "password": password})).await
}

async fn confirm(client: &Client, token: &str) -> Answer {
    client.post("/auth/email-change/confirm", &json!({"token": token})).await
}

#[actix_web::test]
async fn a_link_to_the_new_address_changes_it_and_the_old_one_is_told() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let _ = ask(&ada, "Ada@Example.NET", SignedIn::PASSWORD).await.expect(202);
    let mail = smtp.next();
    assert_eq!(
        (mail.to.as_slice(), mail.subject.as_str()),
        (&["RCPT TO:<ada@example.net>".to_owned()][..], "Confirm your new e-mail address")
    );
    assert!(mail.link().unwrap().starts_with("http://localhost:8080/change-email#token="));
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["email"], "ada@example.org");
    let _ = confirm(&app.stranger(), &mail.token()).await.expect(204);
    let account = ada.browser.get("/auth/account").await.expect(200);
    assert_eq!(account["email"], "ada@example.net");
    assert!(account["email_verified_at"].is_string(), "the link was read there");
    let notice = smtp.next();
    assert_eq!(notice.to, ["RCPT TO:<ada@example.org>"]);
    assert_eq!((notice.subject.as_str(), notice.link()), ("Your e-mail address was changed", None));
    assert!(!notice.raw.contains("example.net"), "the new address is nobody's business");
    let old = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    old.expect_problem(401, "credentials_invalid");
    let _ = log_in(&app.stranger(), "ada@example.net", SignedIn::PASSWORD).await.expect(200);
    confirm(&app.stranger(), &mail.token()).await.expect_problem(403, "link_invalid");
    let detail =
        "select detail::text as text from auth.audit_events where action = 'change_email' and succeeded";
    assert_eq!(texts(&app.database, detail), ["{}"], "the record outlives the account");
}

#[actix_web::test]
async fn it_takes_the_password_and_an_address_that_is_one() {
    let (app, _smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    ask(&ada, "ada@example.net", "not her password").await.expect_problem(403, "password_wrong");
    for wrong in
        ["", "ada", "ada@example.net\r\nBcc: eve@example.org", "ada@example.net@evil.example", "a@b,c@d"]
    {
        ask(&ada, wrong, SignedIn::PASSWORD).await.expect_problem(422, "email_invalid");
    }
    ask(&ada, "ADA@example.org", SignedIn::PASSWORD).await.expect_problem(409, "email_unchanged");
    let tokens = "select purpose as text from auth.one_time_tokens where purpose = 'change_email' \
                  union all select purpose from auth.outbox where purpose = 'change_email'";
    assert_eq!(texts(&app.database, tokens), [""; 0]);
    let failed = "select action as text from auth.audit_events where not succeeded";
    assert_eq!(texts(&app.database, failed), ["ask_for_email_change"]);
}

#[actix_web::test]
async fn nobody_learns_by_asking_whether_an_address_is_taken() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    let _verifications = [smtp.next(), smtp.next()];
    let free = ask(&ada, "free@example.org", SignedIn::PASSWORD).await;
    let _first = smtp.next();
    let taken = ask(&ada, "bob@example.org", SignedIn::PASSWORD).await;
    assert_eq!((free.status, free.body), (taken.status, taken.body));
    // Only who reads what is sent there learns it.
    confirm(&app.stranger(), &smtp.next().token()).await.expect_problem(409, "email_taken");
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["email"], "ada@example.org");
}

#[actix_web::test]
async fn another_address_ends_every_other_link() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let verification = smtp.next().token();
    let _ =
        app.stranger().post("/auth/password-reset", &json!({"email": "ada@example.org"})).await.expect(202);
    let reset = smtp.next().token();
    let _ = ask(&ada, "ada@example.net", SignedIn::PASSWORD).await.expect(202);
    let _ = confirm(&app.stranger(), &smtp.next().token()).await.expect(204);
    let answer =
        app.stranger().post("/auth/email-verification/confirm", &json!({"token": verification})).await;
    answer.expect_problem(403, "link_invalid");
    let body = json!({"token": reset, "password": "another password of hers"});
    let answer = app.stranger().post("/auth/password-reset/confirm", &body).await;
    answer.expect_problem(403, "link_invalid");
}

#[actix_web::test]
async fn a_link_that_still_waits_ends_too() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let _ = ask(&ada, "ada@example.net", SignedIn::PASSWORD).await.expect(202);
    let token = smtp.next().token();
    smtp.refuse(true);
    let _ =
        app.stranger().post("/auth/password-reset", &json!({"email": "ada@example.org"})).await.expect(202);
    smtp.wait_for_refusals(1);
    let _ = confirm(&app.stranger(), &token).await.expect(204);
    let waiting = "select purpose as text from auth.outbox where sent_at is null";
    assert_eq!(texts(&app.database, waiting), ["email_changed"]);
}

#[actix_web::test]
async fn a_correction_takes_the_place_of_a_mistake() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let _ = ask(&ada, "adda@example.net", SignedIn::PASSWORD).await.expect(202);
    let mistaken = smtp.next().token();
    let _ = ask(&ada, "ada@example.net", SignedIn::PASSWORD).await.expect(202);
    let mail = smtp.next();
    assert_eq!(mail.to, ["RCPT TO:<ada@example.net>"]);
    confirm(&app.stranger(), &mistaken).await.expect_problem(403, "link_invalid");
    let _ = confirm(&app.stranger(), &mail.token()).await.expect(204);
}

#[actix_web::test]
async fn where_there_is_no_mail_the_address_changes_at_once_and_unproven() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    execute(&app.database, "update auth.accounts set email_verified_at = now()");
    ask(&ada, "ada@example.net", "not her password").await.expect_problem(403, "password_wrong");
    ask(&ada, "bob@example.org", SignedIn::PASSWORD).await.expect_problem(409, "email_taken");
    let _ = ask(&ada, "ada@example.net", SignedIn::PASSWORD).await.expect(204);
    let account = ada.browser.get("/auth/account").await.expect(200);
    assert_eq!(
        (account["email"].as_str(), account["email_verified_at"].as_str()),
        (Some("ada@example.net"), None)
    );
}
