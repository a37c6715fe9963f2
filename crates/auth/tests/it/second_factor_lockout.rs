//! Guessing codes.

use futures_util::future::join_all;
use tallykeep_test_support::SignedIn;

use crate::{
    authenticator::{ADA, Careful, give, recover},
    support::{execute, log_in, texts},
};

const MOST: usize = 5;

fn failures(ada: &Careful) -> Vec<String> {
    texts(&ada.app.database, "select failures::text as text from auth.lockouts")
}

#[actix_web::test]
async fn the_right_code_fails_alike_while_the_account_is_locked() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    for _ in 0..MOST {
        give(&pending, &ada.authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
    }
    give(&pending, &ada.fresh_code()).await.expect_problem(403, "code_wrong");
    recover(&pending, &ada.recovery_codes[0]).await.expect_problem(403, "code_wrong");
    log_in(&ada.app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
    // A code that was refused for the lock is not used up.
    let over = "update auth.lockouts set last_failed_at = now() - interval '15 minutes'";
    assert_eq!(execute(&ada.app.database, over), 1);
    let _ = recover(&pending, &ada.recovery_codes[0]).await.expect(200);
    assert_eq!(failures(&ada), [""; 0]);
}

#[actix_web::test]
async fn the_password_does_not_forgive_wrong_codes() {
    let ada = Careful::new().await;
    for number in 1..=MOST {
        let pending = ada.pending().await;
        give(&pending, &ada.authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
        assert_eq!(failures(&ada), [number.to_string()]);
    }
    log_in(&ada.app.stranger(), ADA, SignedIn::PASSWORD).await.expect_problem(401, "credentials_invalid");
}

#[actix_web::test]
async fn after_a_lock_the_right_password_and_the_right_code_sign_in() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    for _ in 0..MOST {
        give(&pending, &ada.authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
    }
    execute(&ada.app.database, "update auth.lockouts set last_failed_at = now() - interval '15 minutes'");
    // The password locks nothing again, though its try was counted before it was found right.
    let pending = ada.pending().await;
    assert_eq!(failures(&ada), [MOST.to_string()]);
    let _ = give(&pending, &ada.fresh_code()).await.expect(200);
    assert_eq!(failures(&ada), [""; 0]);
}

#[actix_web::test]
async fn fifty_codes_at_once_are_no_more_than_five() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    let (wrong, right) = (ada.authenticator.wrong_code(), ada.fresh_code());
    for answer in join_all((0..50).map(|_| give(&pending, &wrong))).await {
        answer.expect_problem(403, "code_wrong");
    }
    assert_eq!(failures(&ada), [MOST.to_string()]);
    give(&pending, &right).await.expect_problem(403, "code_wrong");
    let told = "select action as text from auth.audit_events where action = 'auth_lockout_triggered'";
    assert_eq!(texts(&ada.app.database, told).len(), 1);
}

#[actix_web::test]
async fn a_code_that_was_used_counts_as_a_failure() {
    let ada = Careful::new().await;
    let code = ada.fresh_code();
    let _ = give(&ada.pending().await, &code).await.expect(200);
    let pending = ada.pending().await;
    give(&pending, &code).await.expect_problem(403, "code_wrong");
    assert_eq!(failures(&ada), ["1"]);
    let _ = recover(&pending, &ada.recovery_codes[3]).await.expect(200);
    recover(&ada.pending().await, &ada.recovery_codes[3]).await.expect_problem(403, "code_wrong");
    assert_eq!(failures(&ada), ["1"]);
}
