//! Enrolling an app that makes codes, and removing it.

use serde_json::Value;
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::{
    authenticator::{ADA, Careful, CodeApp, another_half_minute, begin, confirm, enrol, give, own_page},
    support::{app_with_mail, execute, log_in, texts},
};

const LONG_AGO: &str = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";

async fn factors(browser: &Client) -> Value {
    browser.get("/auth/second-factors").await.expect(200)
}

#[actix_web::test]
async fn an_app_is_told_all_that_it_needs() {
    let app = TestApp::with(|settings| settings.http.public_url = "https://numbers.example.org".into());
    let answer = app.stranger().post("/auth/register", &crate::support::registration(ADA)).await;
    let begun = begin(&own_page(&app, &answer)).await;
    assert_eq!(begun.header("cache-control"), "no-store");
    let body = begun.expect(201);
    let secret = body["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32, "160 bits");
    let expected = format!(
        "otpauth://totp/numbers.example.org:ada%40example.org?secret={secret}&issuer=numbers.example.org"
    );
    assert_eq!(body["uri"], expected);
    let image = body["qr_code"].as_str().unwrap();
    assert!(image.starts_with("<svg ") && image.ends_with("</svg>") && !image.contains("script"), "{image}");
}

#[actix_web::test]
async fn nothing_changes_before_the_first_right_code() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let authenticator = CodeApp::of(&begin(&ada.browser).await);
    let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
    confirm(&ada.browser, &authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
    assert_eq!(factors(&ada.browser).await["totp_enrolled_at"], Value::Null);
    let _ = confirm(&ada.browser, &authenticator.code()).await.expect(200);
    let _ = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await.expect(202);
}

#[actix_web::test]
async fn beginning_anew_makes_the_secret_before_void() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let first = CodeApp::of(&begin(&ada.browser).await);
    let second = CodeApp::of(&begin(&ada.browser).await);
    confirm(&ada.browser, &first.code()).await.expect_problem(403, "code_wrong");
    let _ = confirm(&ada.browser, &second.code()).await.expect(200);
}

#[actix_web::test]
async fn an_app_that_was_not_shown_to_work_within_an_hour_never_counts() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let authenticator = CodeApp::of(&begin(&ada.browser).await);
    execute(&app.database, "update auth.totp_secrets set created_at = now() - interval '61 minutes'");
    confirm(&ada.browser, &authenticator.code()).await.expect_problem(403, "code_wrong");
}

#[actix_web::test]
async fn enrolling_makes_this_session_one_of_two_factors_and_ends_the_others() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let other = log_in(&app.stranger(), ADA, SignedIn::PASSWORD).await;
    let (browser, ..) = enrol(&app, &ada.browser).await;
    own_page(&app, &other).get("/auth/account").await.expect_problem(401, "session_missing");
    ada.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let known = factors(&browser).await;
    assert_eq!((&known["given"], &known["required"]), (&true.into(), &false.into()));
    assert!(known["totp_enrolled_at"].is_string() && known["recovery_codes_left"] == 10, "{known}");
}

#[actix_web::test]
async fn another_app_takes_the_place_of_the_first_once_it_is_shown_to_work() {
    let ada = Careful::new().await;
    let new = CodeApp::of(&begin(&ada.browser).await);
    let _ = give(&ada.pending().await, &ada.fresh_code()).await.expect(200);
    let answer = confirm(&ada.browser, &new.code()).await;
    assert_eq!(answer.expect(200)["recovery_codes"], Value::Null, "those that there are stay");
    another_half_minute(&ada.app);
    give(&ada.pending().await, &ada.authenticator.code()).await.expect_problem(403, "code_wrong");
    let _ = give(&ada.pending().await, &new.code()).await.expect(200);
}

#[actix_web::test]
async fn long_after_a_proof_an_app_is_neither_enrolled_nor_removed() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let authenticator = CodeApp::of(&begin(&ada.browser).await);
    execute(&app.database, LONG_AGO);
    for answer in [begin(&ada.browser).await, confirm(&ada.browser, &authenticator.code()).await] {
        answer.expect_problem(403, "reauthentication_needed");
    }
    let ada = Careful::new().await;
    execute(&ada.app.database, LONG_AGO);
    for path in ["/auth/second-factors/totp", "/auth/second-factors/recovery-codes"] {
        ada.browser.post(path, &Value::Null).await.expect_problem(403, "reauthentication_needed");
    }
    let removal = ada.browser.delete("/auth/second-factors/totp").await;
    removal.expect_problem(403, "reauthentication_needed");
}

#[actix_web::test]
async fn without_the_factor_that_there_is_none_is_added_or_removed() {
    let ada = Careful::new().await;
    execute(&ada.app.database, "update auth.sessions set methods = 'pwd'");
    begin(&ada.browser).await.expect_problem(403, "second_factor_needed");
    let removal = ada.browser.delete("/auth/second-factors/totp").await;
    removal.expect_problem(403, "second_factor_needed");
    let codes = ada.browser.post("/auth/second-factors/recovery-codes", &Value::Null).await;
    codes.expect_problem(403, "second_factor_needed");
    // Nor by a sign-in that waits for it.
    begin(&ada.pending().await).await.expect_problem(403, "second_factor_needed");
}

#[actix_web::test]
async fn who_removes_the_app_signs_in_with_the_password_alone_again() {
    let ada = Careful::new().await;
    let other = give(&ada.pending().await, &ada.fresh_code()).await;
    let begun = ada.pending().await;
    let _ = ada.browser.delete("/auth/second-factors/totp").await.expect(204);
    ada.browser.delete("/auth/second-factors/totp").await.expect_problem(404, "totp_not_enrolled");
    own_page(&ada.app, &other).get("/auth/account").await.expect_problem(401, "session_missing");
    give(&begun, &ada.fresh_code()).await.expect_problem(401, "session_missing");
    let _ = log_in(&ada.app.stranger(), ADA, SignedIn::PASSWORD).await.expect(200);
    let left = "select account_id::text as text from auth.recovery_codes
        union all select account_id::text from auth.totp_secrets";
    assert_eq!(texts(&ada.app.database, left), [""; 0]);
}

#[actix_web::test]
async fn the_secret_is_sealed_and_in_no_answer_again() {
    let ada = Careful::new().await;
    let sealed = texts(&ada.app.database, "select secret as text from auth.totp_secrets");
    assert!(sealed.len() == 1 && sealed[0].starts_with("v1."), "{sealed:?}");
    let export = ada.browser.get("/auth/account/export").await;
    let document = export.expect(200);
    assert!(document["second_factors"]["totp_enrolled_at"].is_string(), "{document}");
    assert_eq!(document["second_factors"]["recovery_codes_left"], 10);
    for secret in [&sealed[0], &ada.recovery_codes[0]] {
        assert!(!export.body.contains(secret.as_str()), "{}", export.body);
    }
}

#[actix_web::test]
async fn a_secret_that_was_moved_to_another_account_opens_nothing() {
    let ada = Careful::new().await;
    let bob = ada.app.register("bob@example.org").await;
    let (_, authenticator, _) = enrol(&ada.app, &bob.browser).await;
    let swap = "update auth.totp_secrets t set secret = o.secret, last_step = 0 from auth.totp_secrets o
        where t.id <> o.id";
    assert_eq!(execute(&ada.app.database, swap), 2);
    give(&ada.pending().await, &authenticator.code()).await.expect_problem(403, "code_wrong");
}

#[actix_web::test]
async fn both_ends_of_an_app_are_mailed_and_recorded() {
    let (app, smtp) = app_with_mail();
    let ada = Careful::at(app).await;
    let _ = ada.browser.delete("/auth/second-factors/totp").await.expect(204);
    let mut subjects = Vec::new();
    while subjects.len() < 2 {
        let subject = smtp.next().subject;
        subjects.extend(Some(subject).filter(|subject| subject.contains("second factor")));
    }
    assert_eq!(subjects, ["A second factor was added", "A second factor was removed"]);
    let events = "select action as text from auth.audit_events where action like '%totp%' order by id";
    assert_eq!(texts(&ada.app.database, events), ["enrol_totp", "remove_totp"]);
}
