//! Signing in with two factors.

use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use tallykeep_test_support::SignedIn;

use crate::{
    authenticator::{ADA, Careful, give, own_page},
    support::{cookie, execute, log_in, texts},
};

#[actix_web::test]
async fn the_password_alone_opens_no_session() {
    let ada = Careful::new().await;
    let answer = log_in(&ada.app.stranger(), ADA, SignedIn::PASSWORD).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let wanted = answer.expect(202);
    assert_eq!(wanted, json!({"second_factors": ["totp", "recovery_code"], "enrolment_needed": false}));
    assert!(cookie(&answer).starts_with("tallykeep_sign_in="), "{answer:?}");
    // Whoever was signed in here before is not any more.
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(cookies.len() == 2 && format!("{cookies:?}").contains("tallykeep_session=;"), "{cookies:?}");
    let pending = own_page(&ada.app, &answer);
    pending.get("/auth/account").await.expect_problem(401, "session_missing");
    // Nor under the name of the session's cookie.
    let renamed = cookie(&answer).replace("tallykeep_sign_in", "tallykeep_session");
    let disguised = pending.with_header("cookie", &renamed);
    disguised.get("/auth/account").await.expect_problem(401, "session_missing");
    let open = texts(&ada.app.database, "select methods as text from auth.sessions");
    assert_eq!(open, ["pwd otp"]);
}

#[actix_web::test]
async fn a_right_code_opens_a_session_of_two_factors_with_a_cookie_of_its_own() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    let known = pending.get("/auth/pending-sign-in").await.expect(200);
    assert_eq!((&known["email"], &known["enrolment_needed"]), (&ADA.into(), &false.into()));
    let ends: Timestamp = known["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(ends > Timestamp::now(), "{known}");
    let answer = give(&pending, &ada.fresh_code()).await;
    assert_eq!(answer.expect(200)["email"], ADA);
    assert!(cookie(&answer).starts_with("tallykeep_session="), "{answer:?}");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(cookies.len() == 2 && format!("{cookies:?}").contains("tallykeep_sign_in=;"), "{cookies:?}");
    let browser = own_page(&ada.app, &answer);
    let sessions = browser.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    assert_eq!(browser.get("/auth/second-factors").await.expect(200)["given"], true);
    // What came before is over.
    pending.get("/auth/pending-sign-in").await.expect_problem(401, "sign_in_not_begun");
    let events = texts(&ada.app.database, "select action as text from auth.audit_events order by id");
    assert_eq!(events, ["register", "sign_in", "enrol_totp", "give_second_factor", "sign_in"]);
}

#[actix_web::test]
async fn a_code_is_good_once() {
    let ada = Careful::new().await;
    let code = ada.fresh_code();
    let _ = give(&ada.pending().await, &code).await.expect(200);
    give(&ada.pending().await, &code).await.expect_problem(403, "code_wrong");
    // Neither is the one that enrolled it, nor one before the last.
    let sql = "update auth.totp_secrets set last_step = last_step + 2";
    assert_eq!(execute(&ada.app.database, sql), 1);
    give(&ada.pending().await, &ada.authenticator.code()).await.expect_problem(403, "code_wrong");
}

#[actix_web::test]
async fn one_code_at_once_in_many_sign_ins_opens_one() {
    let ada = Careful::new().await;
    let mut pending = Vec::new();
    for _ in 0..4 {
        pending.push(ada.pending().await);
    }
    let code = ada.fresh_code();
    let answers = join_all(pending.iter().map(|browser| give(browser, &code))).await;
    let opened = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(opened, 1, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.expect_problem(403, "code_wrong");
    }
}

#[actix_web::test]
async fn a_sign_in_that_is_over_takes_no_code() {
    let ada = Careful::new().await;
    let late = ada.pending().await;
    execute(&ada.app.database, "update auth.pending_sign_ins set expires_at = now()");
    let given_up = ada.pending().await;
    let removal = given_up.delete("/auth/pending-sign-in").await;
    let _ = removal.expect(204);
    assert!(removal.header("set-cookie").starts_with("tallykeep_sign_in=;"), "{removal:?}");
    for browser in [late, given_up] {
        give(&browser, &ada.fresh_code()).await.expect_problem(401, "session_missing");
        browser.get("/auth/pending-sign-in").await.expect_problem(401, "sign_in_not_begun");
    }
}

#[actix_web::test]
async fn another_password_ends_what_the_old_one_began() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    let change = json!({"current_password": SignedIn::PASSWORD, "new_password": "another long one"});
    let _ = ada.browser.put("/auth/password", &change).await.expect(204);
    give(&pending, &ada.fresh_code()).await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn no_step_of_a_sign_in_can_be_left_out() {
    let ada = Careful::new().await;
    let code = ada.fresh_code();
    // The last one without the first, and with nothing in it.
    let stranger = ada.app.stranger().with_header("sec-fetch-site", "same-origin");
    give(&stranger, &code).await.expect_problem(401, "session_missing");
    let pending = ada.pending().await;
    for body in
        [json!({}), json!({"code": null}), json!([]), json!({"code": code, "then": "skip"}), Value::Null]
    {
        let answer = pending.post("/auth/second-factor/totp", &body).await;
        assert!(answer.status.is_client_error(), "{body}: {answer:?}");
    }
    for code in ["", " ", "000000000000"] {
        give(&pending, code).await.expect_problem(403, "code_wrong");
    }
    pending.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn a_page_of_another_site_gives_no_code() {
    let ada = Careful::new().await;
    let pending = ada.pending().await.with_header("sec-fetch-site", "cross-site");
    give(&pending, &ada.fresh_code()).await.expect_problem(403, "csrf_refused");
    pending.delete("/auth/pending-sign-in").await.expect_problem(403, "csrf_refused");
}

#[actix_web::test]
async fn whoever_is_disabled_meanwhile_is_out() {
    let ada = Careful::new().await;
    let pending = ada.pending().await;
    execute(&ada.app.database, "update auth.accounts set disabled_at = now()");
    give(&pending, &ada.fresh_code()).await.expect_problem(401, "session_missing");
}
