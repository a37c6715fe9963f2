//! Second factors that are lost, and ways round them.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::{
    authenticator::{Careful, enrol, give, own_page},
    erasure::erase,
    support::{app_with_mail, execute, log_in, texts},
};

const BOB: &str = "bob@example.org";

#[actix_web::test]
async fn an_administrator_removes_them_and_ends_every_session() {
    let (app, smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let bob = app.register(BOB).await;
    let (browser, ..) = enrol(&app, &bob.browser).await;
    let pending = own_page(&app, &log_in(&app.stranger(), BOB, SignedIn::PASSWORD).await);
    let id = browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let account = format!("/auth/admin/accounts/{id}");
    assert_eq!(ada.browser.get(&account).await.expect(200)["has_second_factor"], true);
    let list = ada.browser.get("/auth/admin/accounts").await.expect(200);
    let enrolled: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|item| &item["has_second_factor"]).collect();
    assert_eq!(enrolled, [&json!(false), &json!(true)]);
    let _ = ada.browser.delete(&format!("{account}/second-factors")).await.expect(204);
    assert_eq!(ada.browser.get(&account).await.expect(200)["has_second_factor"], false);
    browser.get("/auth/account").await.expect_problem(401, "session_missing");
    pending.get("/auth/pending-sign-in").await.expect_problem(401, "sign_in_not_begun");
    let _ = log_in(&app.stranger(), BOB, SignedIn::PASSWORD).await.expect(200);
    while smtp.next().subject != "A second factor was removed" {}
    let told = "select (actor_id is not null)::text as text from auth.audit_events
        where action = 'remove_second_factors'";
    assert_eq!(texts(&app.database, told), ["true"]);
}

#[actix_web::test]
async fn only_an_administrator_removes_those_of_somebody_else() {
    let ada = Careful::new().await;
    let bob = ada.app.register(BOB).await;
    let id = ada.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let path = format!("/auth/admin/accounts/{id}/second-factors");
    bob.browser.delete(&path).await.expect_problem(403, "administrator_needed");
    let nobody = "/auth/admin/accounts/018f0000-0000-7000-8000-000000000000/second-factors";
    ada.browser.delete(nobody).await.expect_problem(404, "account_not_found");
}

#[actix_web::test]
async fn another_password_by_a_link_does_not_stand_in_for_the_second_factor() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register(BOB).await;
    let (browser, authenticator, _) = enrol(&app, &bob.browser).await;
    let id = browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let made = ada.browser.post(&format!("/auth/admin/accounts/{id}/password-reset"), &Value::Null).await;
    let link = made.expect(201)["link"].as_str().unwrap().to_owned();
    let token = link.split_once("#token=").unwrap().1;
    let reset = json!({"token": token, "password": "another long one"});
    let _ = app.stranger().post("/auth/password-reset/confirm", &reset).await.expect(204);
    let answer = log_in(&app.stranger(), BOB, "another long one").await;
    let _ = answer.expect(202);
    crate::authenticator::another_half_minute(&app);
    let _ = give(&own_page(&app, &answer), &authenticator.code()).await.expect(200);
}

#[actix_web::test]
async fn with_the_account_they_are_erased() {
    let app = TestApp::with(|settings| settings.auth.erasure_days = 0);
    let _ada = app.register("ada@example.org").await;
    let bob = app.register(BOB).await;
    let (browser, ..) = enrol(&app, &bob.browser).await;
    let delete = browser.request(reqwest::Method::DELETE, "/auth/account");
    let _ = Client::send(delete.json(&json!({"password": SignedIn::PASSWORD}))).await.expect(200);
    let due =
        "update auth.accounts set erase_after = now() - interval '1 hour' where erase_after is not null";
    assert_eq!(execute(&app.database, due), 1);
    let app = erase(app).await;
    let rows = "select account_id::text as text from auth.totp_secrets
        union all select account_id::text from auth.recovery_codes";
    assert_eq!(texts(&app.database, rows), [""; 0]);
}

/// Sets another password of `id` by a link that `administrator` makes.
async fn reset(app: &TestApp, administrator: &Client, id: &str, password: &str) {
    let made = administrator.post(&format!("/auth/admin/accounts/{id}/password-reset"), &Value::Null).await;
    let link = made.expect(201)["link"].as_str().unwrap().to_owned();
    let body = json!({"token": link.split_once("#token=").unwrap().1, "password": password});
    let _ = app.stranger().post("/auth/password-reset/confirm", &body).await.expect(204);
}

#[actix_web::test]
async fn a_new_password_by_a_link_does_not_forgive_wrong_codes() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register(BOB).await;
    let (browser, authenticator, _) = enrol(&app, &bob.browser).await;
    let id = browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let pending = own_page(&app, &log_in(&app.stranger(), BOB, SignedIn::PASSWORD).await);
    for _ in 0..5 {
        give(&pending, &authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
    }
    reset(&app, &ada.browser, &id, "another long one").await;
    crate::authenticator::another_half_minute(&app);
    log_in(&app.stranger(), BOB, "another long one").await.expect_problem(401, "credentials_invalid");
}

#[actix_web::test]
async fn who_proves_to_read_an_unconfirmed_address_takes_nothing_over_that_somebody_else_planted() {
    let (app, _smtp) = app_with_mail();
    let ada = app.register("ada@example.org").await;
    let planter = app.register(BOB).await;
    let key = planter.create_key(&["metrics:read"]).await;
    let (browser, _, _) = enrol(&app, &planter.browser).await;
    let id = browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    reset(&app, &ada.browser, &id, "another long one").await;
    let _ = log_in(&app.stranger(), BOB, "another long one").await.expect(200);
    app.stranger().with_token(&key).get("/api/v1/metrics").await.expect_problem(401, "api_key_invalid");
}
