//! How mail is sent: at once, again when it fails, not too often, and by one of several replicas.

use serde_json::{Value, json};
use tallykeep_auth::start_jobs;
use tallykeep_service::{hex, token_hash};
use tallykeep_test_support::{SmtpServer, TestApp};

use crate::support::{age_sent_mail, app_with_mail, execute, state_with_mail, texts};

const GIVEN_UP: &str =
    "select format('%s %s', succeeded, detail) as text from auth.audit_events where action = 'send_mail'";

async fn ask_for_reset(app: &TestApp, email: &str) {
    let _ = app.stranger().post("/auth/password-reset", &json!({"email": email})).await.expect(202);
}

/// Makes what waits due, and calls for it by something else that is queued.
async fn make_due(app: &TestApp) {
    execute(&app.database, "update auth.outbox set due_at = now()");
    ask_for_reset(app, "nobody@example.org").await;
}

/// Waits until everything was sent, or taken out.
async fn nothing_waits(app: &TestApp) {
    let waiting = "select purpose as text from auth.outbox where sent_at is null";
    while !texts(&app.database, waiting).is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Registers Ada with a server that refuses her mail, and takes mail from then on.
async fn refused_once(smtp: &SmtpServer) -> TestApp {
    smtp.refuse(true);
    let app = TestApp::with(|settings| settings.auth.mail = smtp.settings());
    let _ada = app.register("ada@example.org").await;
    smtp.wait_for_refusals(1);
    smtp.refuse(false);
    app
}

#[actix_web::test]
async fn a_mail_that_is_refused_is_sent_later_with_a_new_link() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    let hash = || texts(&app.database, "select encode(token_hash, 'hex') as text from auth.one_time_tokens");
    let first = hash();
    assert_eq!(first.len(), 1);
    make_due(&app).await;
    let token = smtp.next().token();
    assert_eq!(hash(), [hex(&token_hash(&token))]);
    assert_ne!(hash(), first);
    let answer = app.stranger().post("/auth/email-verification/confirm", &json!({"token": token})).await;
    let _ = answer.expect(204);
}

#[actix_web::test]
async fn pauses_between_attempts_grow() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    smtp.refuse(true);
    let pause = "select format('%s: %s', attempts, round(extract(epoch from due_at - now()) / 60)) as text \
                 from auth.outbox where account_id is not null";
    assert_eq!(texts(&app.database, pause), ["1: 1"]);
    for (attempts, expected) in [(2, "2: 2"), (3, "3: 4"), (4, "4: 8")] {
        make_due(&app).await;
        smtp.wait_for_refusals(attempts);
        assert_eq!(texts(&app.database, pause), [expected]);
    }
}

#[actix_web::test]
async fn a_mail_that_is_refused_for_a_day_is_given_up_and_recorded() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    smtp.refuse(true);
    execute(&app.database, "update auth.outbox set created_at = now() - interval '24 hours 1 second'");
    make_due(&app).await;
    nothing_waits(&app).await;
    assert_eq!(texts(&app.database, GIVEN_UP), [r#"f {"kind": "verify_email", "attempts": 2}"#]);
}

#[actix_web::test]
async fn a_mail_that_is_refused_for_good_is_given_up_at_once_and_recorded() {
    let smtp = SmtpServer::start();
    smtp.refuse_with(Some("550 5.1.1 no such mailbox"));
    let app = TestApp::with(|settings| settings.auth.mail = smtp.settings());
    let _ada = app.register("ada@example.org").await;
    smtp.wait_for_refusals(1);
    nothing_waits(&app).await;
    assert_eq!(texts(&app.database, GIVEN_UP), [r#"f {"kind": "verify_email", "attempts": 1}"#]);
}

#[actix_web::test]
async fn a_server_that_wants_another_sign_in_does_not_lose_the_mail() {
    let smtp = SmtpServer::start();
    smtp.refuse_with(Some("530 5.7.0 authentication required"));
    let app = TestApp::with(|settings| settings.auth.mail = smtp.settings());
    let _ada = app.register("ada@example.org").await;
    smtp.wait_for_refusals(1);
    smtp.refuse(false);
    make_due(&app).await;
    assert_eq!(smtp.next().to, ["RCPT TO:<ada@example.org>"]);
    assert_eq!(texts(&app.database, GIVEN_UP), [""; 0]);
}

#[actix_web::test]
async fn what_was_asked_for_before_mail_was_switched_off_is_not_sent_when_its_link_would_have_ended() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    smtp.refuse(true);
    ask_for_reset(&app, "ada@example.org").await;
    smtp.wait_for_refusals(2);
    let app = app.restart_with(|_| {});
    // The link of a new password lives for an hour, the other one for a day. A wish is of no account yet.
    execute(
        &app.database,
        "insert into auth.outbox (id, purpose, email) values (gen_random_uuid(), 'reset_password', 'ada@example.org')",
    );
    execute(
        &app.database,
        "update auth.outbox set created_at = now() - interval '61 minutes', due_at = now()",
    );
    smtp.refuse(false);
    let app = app.restart_with(|settings| settings.auth.mail = smtp.settings());
    assert_eq!(smtp.next().subject, "Confirm your e-mail address");
    nothing_waits(&app).await;
    assert_eq!(texts(&app.database, GIVEN_UP), [r#"f {"kind": "reset_password", "attempts": 2}"#]);
    ask_for_reset(&app, "ada@example.org").await;
    assert_eq!(smtp.next().subject, "Set a new password");
}

#[actix_web::test]
async fn asking_again_and_again_is_not_trying_again_and_again() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    for _ in 0..5 {
        ask_for_reset(&app, "ada@example.org").await;
    }
    // The verification is in its pause, the wishes became one mail.
    assert_eq!(smtp.next().subject, "Set a new password");
    smtp.refuse(true);
    age_sent_mail(&app.database, 1, "1 minute").await;
    ask_for_reset(&app, "ada@example.org").await;
    smtp.wait_for_refusals(2);
    for _ in 0..5 {
        ask_for_reset(&app, "ada@example.org").await;
    }
    let waiting = "select format('%s %s %s', purpose, attempts, due_at <= now() + interval '1 minute') as text \
                   from auth.outbox where sent_at is null and account_id is not null order by 1";
    assert_eq!(texts(&app.database, waiting), ["reset_password 1 t", "verify_email 1 t"]);
}

#[actix_web::test]
async fn an_account_is_sent_the_same_link_once_a_minute_and_five_times_an_hour() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    let _verifications = [smtp.next(), smtp.next()];
    for number in 1..=5 {
        ask_for_reset(&app, "ada@example.org").await;
        let mail = smtp.next();
        assert_eq!(mail.to, ["RCPT TO:<ada@example.org>"], "{number}");
        nothing_waits(&app).await;
        ask_for_reset(&app, "ada@example.org").await;
        nothing_waits(&app).await;
        execute(&app.database, "update auth.outbox set sent_at = sent_at - interval '1 minute'");
    }
    ask_for_reset(&app, "ada@example.org").await;
    ask_for_reset(&app, "bob@example.org").await;
    assert_eq!(smtp.next().to, ["RCPT TO:<bob@example.org>"]);
    execute(&app.database, "update auth.outbox set sent_at = sent_at - interval '1 hour'");
    ask_for_reset(&app, "ada@example.org").await;
    assert_eq!(smtp.next().to, ["RCPT TO:<ada@example.org>"]);
}

#[actix_web::test]
async fn what_is_no_longer_so_is_not_sent() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    execute(&app.database, "update auth.accounts set email_verified_at = now()");
    make_due(&app).await;
    ask_for_reset(&app, "ada@example.org").await;
    assert_eq!(smtp.next().subject, "Set a new password");
}

#[actix_web::test]
async fn of_several_replicas_one_sends_each_mail() {
    let smtp = SmtpServer::start();
    smtp.refuse(true);
    let app = TestApp::with(|settings| settings.auth.mail = smtp.settings());
    let mut expected: Vec<String> = Vec::new();
    for number in 0..12 {
        let _ = app.register(&format!("person{number}@example.org")).await;
        expected.push(format!("RCPT TO:<person{number}@example.org>"));
    }
    smtp.wait_for_refusals(12);
    smtp.refuse(false);
    execute(&app.database, "update auth.outbox set due_at = now()");
    let replicas = [(); 3].map(|()| start_jobs(state_with_mail(&app.database, smtp.settings())).unwrap());
    ask_for_reset(&app, "nobody@example.org").await;
    let mut sent: Vec<String> = (0..12).flat_map(|_| smtp.next().to).collect();
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected);
    drop(replicas);
    let attempts = "select distinct attempts::text as text from auth.outbox where account_id is not null";
    assert_eq!(texts(&app.database, attempts), ["2"]);
}

#[actix_web::test]
async fn no_token_stands_in_a_table() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let token = smtp.next().token();
    ask_for_reset(&app, "ada@example.org").await;
    let other = smtp.next().token();
    let tables = "select tablename::text as text from pg_tables where schemaname = 'auth'";
    let mut seen = 0;
    for table in texts(&app.database, tables) {
        for row in texts(&app.database, &format!("select to_jsonb(t)::text as text from auth.{table} t")) {
            assert!(!row.contains(&token) && !row.contains(&other), "{table}: {row}");
            seen += 1;
        }
    }
    assert!(seen > 4, "{seen} rows");
    let hashes = "select encode(token_hash, 'hex') as text from auth.one_time_tokens order by purpose";
    assert_eq!(texts(&app.database, hashes), [&other, &token].map(|token| hex(&token_hash(token))));
}

#[actix_web::test]
async fn a_mail_that_only_a_newer_release_knows_is_left_to_it() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    execute(
        &app.database,
        "insert into auth.outbox (id, account_id, purpose, email) \
         select gen_random_uuid(), id, 'greet', email from auth.accounts",
    );
    ask_for_reset(&app, "ada@example.org").await;
    assert_eq!(smtp.next().subject, "Set a new password");
    let left = "select format('%s %s', purpose, attempts) as text from auth.outbox where sent_at is null";
    assert_eq!(texts(&app.database, left), ["greet 1"]);
}

#[actix_web::test]
async fn an_account_that_is_gone_is_written_to_no_more() {
    let smtp = SmtpServer::start();
    let app = refused_once(&smtp).await;
    let bob = app.register("bob@example.org").await;
    assert_eq!(smtp.next().to, ["RCPT TO:<bob@example.org>"]);
    execute(&app.database, "delete from auth.installation");
    execute(&app.database, "delete from auth.accounts where email = 'ada@example.org'");
    make_due(&app).await;
    age_sent_mail(&app.database, 1, "1 minute").await;
    let _ = bob.browser.post("/auth/email-verification", &Value::Null).await.expect(202);
    assert_eq!(smtp.next().to, ["RCPT TO:<bob@example.org>"]);
}
