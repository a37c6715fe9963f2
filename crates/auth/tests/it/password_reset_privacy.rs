//! Asking for another password tells nobody who has an account, and writes to nobody who should not be written to.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};

use crate::support::{app_with_mail, execute, texts};

async fn ask(client: &Client, email: &str) -> (u16, String, Vec<String>) {
    let answer = client.post("/auth/password-reset", &json!({"email": email})).await;
    let headers = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status.as_u16(), answer.body, headers)
}

/// Whoever has no account, in every way in which one can have none.
const NOBODIES: [&str; 14] = [
    "nobody@example.org",
    "",
    "no address",
    "ada@example.org\r\nRCPT TO:<eve@example.org>",
    "ada@example.org\nBcc: eve@example.org",
    "ada@example.org,eve@example.org",
    "ada@example.org eve@example.org",
    "ada@example.org@evil.example",
    "eve@evil.example,ada@example.org",
    "\"ada@example.org\"@evil.example",
    "<ada@example.org>",
    "ada\0@example.org",
    // A Cyrillic a, and a Kelvin sign, which lower case turns into a k.
    "\u{430}da@example.org",
    "\u{212a}ada@example.org",
];

#[actix_web::test]
async fn every_address_is_answered_alike() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let known = ask(&app.stranger(), "ada@example.org").await;
    assert_eq!(known.0, 202);
    for nobody in NOBODIES {
        assert_eq!(ask(&app.stranger(), nobody).await, known, "{nobody:?}");
    }
    assert_eq!(smtp.next().to, ["RCPT TO:<ada@example.org>"]);
}

#[actix_web::test]
async fn addresses_that_are_not_one_are_written_to_by_nobody() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _kit = app.register("kit@example.org").await;
    let _verifications = [smtp.next(), smtp.next()];
    for nobody in NOBODIES.into_iter().chain(["\u{212a}it@example.org", "k\u{131}t@example.org"]) {
        assert_eq!(ask(&app.stranger(), nobody).await.0, 202, "{nobody:?}");
    }
    // What waited before it would have been sent before it.
    let _ = ask(&app.stranger(), "ada@example.org").await;
    let mail = smtp.next();
    assert_eq!(
        (mail.to, mail.subject),
        (vec!["RCPT TO:<ada@example.org>".to_owned()], "Set a new password".to_owned())
    );
    let known = "select count(*)::text as text from auth.audit_events \
                 where action = 'ask_for_password_reset' and account_id is not null";
    assert_eq!(texts(&app.database, known), ["1"]);
}

#[actix_web::test]
async fn a_known_address_takes_as_long_as_an_unknown_one() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    // Whether there is mail to send must not matter: what is queued is sent by nobody here.
    smtp.refuse(true);
    let client = app.stranger();
    let emails = ["ada@example.org", "eve@example.org", "no address"];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..25 {
        for (email, times) in emails.iter().zip(&mut times) {
            let start = Instant::now();
            let _ = ask(&client, email).await;
            times.push(start.elapsed());
        }
    }
    let [known, unknown, malformed] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    // The same statements take the same time; a machine that has other things to do does not measure finely.
    let bound = |other: Duration| other * 3 + Duration::from_millis(5);
    assert!(known < bound(unknown) && unknown < bound(known), "{known:?} {unknown:?}");
    assert!(known < bound(malformed) && malformed < bound(known), "{known:?} {malformed:?}");
}

#[actix_web::test]
async fn a_wish_of_nobody_is_written_and_forgotten() {
    let (app, smtp) = app_with_mail();
    let _ = ask(&app.stranger(), "eve@example.org").await;
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let left = "select purpose as text from auth.outbox where account_id is null";
    while !texts(&app.database, left).is_empty() {
        tokio::task::yield_now().await;
    }
    let recorded = "select format('%s %s', succeeded, account_id is null) as text from auth.audit_events \
                    where action = 'ask_for_password_reset'";
    assert_eq!(texts(&app.database, recorded), ["f t"]);
}

#[actix_web::test]
async fn the_host_of_a_link_is_the_setting_s_and_never_the_request_s() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let evil = app
        .stranger()
        .with_header("host", "evil.example")
        .with_header("x-forwarded-host", "evil.example")
        .with_header("x-forwarded-proto", "https")
        .with_header("forwarded", "host=evil.example;proto=https")
        .with_header("referer", "https://evil.example/");
    assert_eq!(ask(&evil, "ada@example.org").await.0, 202);
    let mail = smtp.next();
    assert!(mail.link().unwrap().starts_with("http://localhost:8080/reset-password#token="), "{}", mail.raw);
    assert!(!mail.raw.contains("evil"), "{}", mail.raw);
}

#[actix_web::test]
async fn a_link_that_was_mailed_to_the_old_address_is_void_once_the_address_is_another() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let _ = ask(&app.stranger(), "ada@example.org").await;
    let token = smtp.next().token();
    // Changed by whatever way does not end links.
    execute(&app.database, "update auth.accounts set email = 'ada@example.net'");
    let body = json!({"token": token, "password": "another password of hers"});
    let answer = app.stranger().post("/auth/password-reset/confirm", &body).await;
    answer.expect_problem(403, "link_invalid");
}

#[actix_web::test]
async fn without_mail_every_address_is_answered_alike_too() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let known = ask(&app.stranger(), "ada@example.org").await;
    assert_eq!(serde_json::from_str::<Value>(&known.1).unwrap(), json!({"sends_mail": false}));
    for nobody in NOBODIES {
        assert_eq!(ask(&app.stranger(), nobody).await, known, "{nobody:?}");
    }
    assert_eq!(texts(&app.database, "select purpose as text from auth.outbox"), [""; 0]);
}

#[actix_web::test]
async fn two_spellings_of_an_address_are_one_account() {
    let (app, _smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let body = json!({"email": "ADA@Example.Org", "password": "another password of hers"});
    app.stranger().post("/auth/register", &body).await.expect_problem(409, "email_taken");
    for (spelling, code) in
        [("\u{430}da@example.org", "email_invalid"), ("ada@ex\u{e4}mple.org", "email_invalid")]
    {
        let body = json!({"email": spelling, "password": "another password of hers"});
        app.stranger().post("/auth/register", &body).await.expect_problem(422, code);
    }
}
