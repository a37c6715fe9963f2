//! Codes for when the other factor is lost.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;
use tallykeep_test_support::TestApp;

use crate::{
    authenticator::{ADA, Careful, enrol, recover},
    support::{app_with_mail, texts},
};

#[actix_web::test]
async fn there_are_ten_and_they_are_kept_as_hashes() {
    let ada = Careful::new().await;
    let distinct: BTreeSet<_> = ada.recovery_codes.iter().collect();
    assert_eq!(distinct.len(), 10);
    for code in distinct {
        assert!(code.len() == 27 && code.split('-').all(|group| group.len() == 6), "{code}");
    }
    let kept = "select octet_length(code_hash)::text as text from auth.recovery_codes";
    assert_eq!(texts(&ada.app.database, kept), ["32"; 10]);
}

#[actix_web::test]
async fn each_signs_in_once_however_it_is_typed() {
    let ada = Careful::new().await;
    let typed = ada.recovery_codes[0].to_lowercase().replace('-', " ");
    let _ = recover(&ada.pending().await, &typed).await.expect(200);
    recover(&ada.pending().await, &ada.recovery_codes[0]).await.expect_problem(403, "code_wrong");
    let _ = recover(&ada.pending().await, &ada.recovery_codes[1]).await.expect(200);
    let left = ada.browser.get("/auth/second-factors").await.expect(200);
    assert_eq!(left["recovery_codes_left"], 8);
}

#[actix_web::test]
async fn one_at_once_in_many_sign_ins_opens_one() {
    let ada = Careful::new().await;
    let mut pending = Vec::new();
    for _ in 0..4 {
        pending.push(ada.pending().await);
    }
    let answers = join_all(pending.iter().map(|browser| recover(browser, &ada.recovery_codes[0]))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
}

#[actix_web::test]
async fn those_of_somebody_else_are_worth_nothing() {
    let ada = Careful::new().await;
    let bob = ada.app.register("bob@example.org").await;
    let (_, _, enrolled) = enrol(&ada.app, &bob.browser).await;
    let code = enrolled.expect(200)["recovery_codes"][0].as_str().unwrap().to_owned();
    recover(&ada.pending().await, &code).await.expect_problem(403, "code_wrong");
}

#[actix_web::test]
async fn new_ones_make_the_old_ones_void() {
    let ada = Careful::new().await;
    let answer = ada.browser.post("/auth/second-factors/recovery-codes", &Value::Null).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let new = answer.expect(201)["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(new.len(), 10);
    recover(&ada.pending().await, &ada.recovery_codes[0]).await.expect_problem(403, "code_wrong");
    let _ = recover(&ada.pending().await, new[0].as_str().unwrap()).await.expect(200);
}

#[actix_web::test]
async fn without_a_second_factor_there_are_none() {
    let app = TestApp::start();
    let ada = app.register(ADA).await;
    let answer = ada.browser.post("/auth/second-factors/recovery-codes", &Value::Null).await;
    answer.expect_problem(409, "second_factor_missing");
}

#[actix_web::test]
async fn the_use_of_one_is_mailed_and_recorded() {
    let (app, smtp) = app_with_mail();
    let ada = Careful::at(app).await;
    let _ = recover(&ada.pending().await, &ada.recovery_codes[0]).await.expect(200);
    let mail = loop {
        let mail = smtp.next();
        if mail.subject == "A recovery code was used" {
            break mail;
        }
    };
    assert!(mail.text.contains("So many are left: 9."), "{}", mail.text);
    let used = "select detail::text as text from auth.audit_events where action = 'use_recovery_code'";
    assert_eq!(texts(&ada.app.database, used), [r#"{"left": 9}"#]);
}
