//! A second factor for somebody who is signed in already.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn};

use crate::{
    authenticator::{Careful, give, own_page, recover},
    support::{cookie, execute, texts},
};

const LONG_AGO: &str = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";

async fn make_key(browser: &Client) -> tallykeep_test_support::Answer {
    browser.post("/auth/api-keys", &json!({"name": "key", "scopes": ["metrics:read"]})).await
}

#[actix_web::test]
async fn a_code_makes_a_session_one_of_two_factors_under_another_token() {
    let ada = Careful::new().await;
    execute(&ada.app.database, "update auth.sessions set methods = 'pwd'");
    assert_eq!(ada.browser.get("/auth/second-factors").await.expect(200)["given"], false);
    let answer = give(&ada.browser, &ada.fresh_code()).await;
    let _ = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    ada.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let browser = own_page(&ada.app, &answer);
    assert_eq!(browser.get("/auth/second-factors").await.expect(200)["given"], true);
    assert_eq!(texts(&ada.app.database, "select methods as text from auth.sessions"), ["pwd otp"]);
}

#[actix_web::test]
async fn a_wrong_code_changes_nothing() {
    let ada = Careful::new().await;
    execute(&ada.app.database, "update auth.sessions set methods = 'pwd'");
    let answer = give(&ada.browser, &ada.authenticator.wrong_code()).await;
    answer.expect_problem(403, "code_wrong");
    assert_eq!(cookie(&answer), "");
    assert_eq!(ada.browser.get("/auth/second-factors").await.expect(200)["given"], false);
    let failed = "select action as text from auth.audit_events where not succeeded";
    assert_eq!(texts(&ada.app.database, failed), ["give_second_factor"]);
}

#[actix_web::test]
async fn where_there_is_a_second_factor_it_is_the_proof_and_the_password_is_not() {
    let ada = Careful::new().await;
    execute(&ada.app.database, LONG_AGO);
    make_key(&ada.browser).await.expect_problem(403, "reauthentication_needed");
    let password = json!({"password": SignedIn::PASSWORD});
    let refused = ada.browser.post("/auth/reauthenticate", &password).await;
    refused.expect_problem(403, "second_factor_needed");
    make_key(&ada.browser).await.expect_problem(403, "reauthentication_needed");
    let answer = give(&ada.browser, &ada.fresh_code()).await;
    let _ = make_key(&own_page(&ada.app, &answer)).await.expect(201);
}

#[actix_web::test]
async fn a_recovery_code_is_such_a_proof_too() {
    let ada = Careful::new().await;
    execute(&ada.app.database, LONG_AGO);
    let answer = recover(&ada.browser, &ada.recovery_codes[0]).await;
    let _ = make_key(&own_page(&ada.app, &answer)).await.expect(201);
}

#[actix_web::test]
async fn the_password_alone_changes_neither_itself_nor_the_address_and_deletes_nothing() {
    let ada = Careful::new().await;
    execute(&ada.app.database, LONG_AGO);
    let password = SignedIn::PASSWORD;
    let change = json!({"current_password": password, "new_password": "another long one"});
    ada.browser.put("/auth/password", &change).await.expect_problem(403, "second_factor_needed");
    let address = json!({"email": "other@example.org", "password": password});
    ada.browser.post("/auth/email-change", &address).await.expect_problem(403, "second_factor_needed");
    let delete = ada.browser.request(reqwest::Method::DELETE, "/auth/account");
    let answer = Client::send(delete.json(&json!({"password": password}))).await;
    answer.expect_problem(403, "second_factor_needed");
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["email"], "ada@example.org");
    let answer = give(&ada.browser, &ada.fresh_code()).await;
    let _ = own_page(&ada.app, &answer).put("/auth/password", &change).await.expect(204);
}

#[actix_web::test]
async fn who_has_nothing_to_give_is_refused() {
    let app = tallykeep_test_support::TestApp::start();
    let ada = app.register("ada@example.org").await;
    give(&ada.browser, "000000").await.expect_problem(403, "code_wrong");
    recover(&ada.browser, "000000").await.expect_problem(403, "code_wrong");
    let _ = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
}
