//! A second factor that a group or the role asks for.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::{
    authenticator::{CodeApp, another_half_minute, begin, confirm, enrol, give, own_page},
    support::{execute, log_in, registration, texts},
};

const BOB: &str = "bob@example.org";
const GROUP: &str = "/auth/admin/groups/careful";

/// Ada, who administers, and Bob, who is in the group `careful`.
struct Installation {
    app: TestApp,
    ada: SignedIn,
    bob: Client,
    membership: String,
}

impl Installation {
    async fn new() -> Self {
        let app = TestApp::start();
        let ada = app.register("ada@example.org").await;
        let bob = app.register(BOB).await.browser;
        let id = bob.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
        let membership = format!("{GROUP}/members/{id}");
        let _ = ada.browser.put(GROUP, &Value::Null).await.expect(204);
        let _ = ada.browser.put(&membership, &Value::Null).await.expect(204);
        Self { app, ada, bob, membership }
    }

    async fn require(&self, required: bool) -> Answer {
        self.ada.browser.patch(GROUP, &json!({"requires_second_factor": required})).await
    }

    async fn sign_in(&self) -> Answer {
        log_in(&self.app.stranger(), BOB, SignedIn::PASSWORD).await
    }
}

#[actix_web::test]
async fn who_has_none_enrols_one_before_the_sign_in_is_complete() {
    let house = Installation::new().await;
    assert_eq!(house.require(true).await.expect(200)["requires_second_factor"], true);
    let groups = house.ada.browser.get("/auth/admin/groups").await.expect(200);
    assert_eq!(groups["items"][0]["requires_second_factor"], true);
    let answer = house.sign_in().await;
    assert_eq!(answer.expect(202), json!({"second_factors": [], "enrolment_needed": true}));
    let pending = own_page(&house.app, &answer);
    pending.get("/auth/account").await.expect_problem(401, "session_missing");
    give(&pending, "000000").await.expect_problem(403, "code_wrong");
    let authenticator = CodeApp::of(&begin(&pending).await);
    confirm(&pending, &authenticator.wrong_code()).await.expect_problem(403, "code_wrong");
    let done = confirm(&pending, &authenticator.code()).await;
    assert_eq!(done.expect(200)["recovery_codes"].as_array().unwrap().len(), 10);
    let browser = own_page(&house.app, &done);
    let known = browser.get("/auth/second-factors").await.expect(200);
    assert_eq!((&known["required"], &known["given"]), (&true.into(), &true.into()));
    begin(&pending).await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn two_sign_ins_under_way_enrol_one_app_and_not_a_second() {
    let house = Installation::new().await;
    let _ = house.require(true).await.expect(200);
    let first = own_page(&house.app, &house.sign_in().await);
    let second = own_page(&house.app, &house.sign_in().await);
    let (_, authenticator, _) = enrol(&house.app, &first).await;
    begin(&second).await.expect_problem(401, "session_missing");
    // One that begins afterwards has to give a code, and cannot choose another app.
    let third = own_page(&house.app, &house.sign_in().await);
    begin(&third).await.expect_problem(403, "second_factor_needed");
    confirm(&third, &authenticator.code()).await.expect_problem(403, "code_wrong");
}

#[actix_web::test]
async fn sessions_of_one_factor_end_when_the_group_asks_for_two() {
    let house = Installation::new().await;
    let _ = house.bob.get("/auth/account").await.expect(200);
    let _ = house.require(true).await.expect(200);
    house.bob.get("/auth/account").await.expect_problem(401, "session_missing");
    let _ = house.ada.browser.get("/auth/account").await.expect(200);
    let told =
        "select detail ->> 'sessions_ended' as text from auth.audit_events where action = 'change_group'";
    assert_eq!(texts(&house.app.database, told), ["1"]);
}

#[actix_web::test]
async fn sessions_of_two_factors_go_on_when_the_group_asks_for_them() {
    let house = Installation::new().await;
    let (bob, ..) = enrol(&house.app, &house.bob).await;
    let _ = house.require(true).await.expect(200);
    let _ = bob.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn a_session_of_two_factors_ends_whose_account_has_none_any_more() {
    let house = Installation::new().await;
    let (bob, ..) = enrol(&house.app, &house.bob).await;
    let _ = bob.delete("/auth/second-factors/totp").await.expect(204);
    let _ = house.require(true).await.expect(200);
    bob.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn who_joins_such_a_group_is_signed_out_where_one_factor_was_given() {
    let house = Installation::new().await;
    let _ = house.ada.browser.delete(&house.membership).await.expect(204);
    let _ = house.require(true).await.expect(200);
    let _ = house.bob.get("/auth/account").await.expect(200);
    let _ = house.ada.browser.put(&house.membership, &Value::Null).await.expect(204);
    house.bob.get("/auth/account").await.expect_problem(401, "session_missing");
    let _ = house.sign_in().await.expect(202);
    let _ = house.ada.browser.delete(&house.membership).await.expect(204);
    let _ = house.sign_in().await.expect(200);
}

#[actix_web::test]
async fn the_last_second_factor_stays_while_one_is_asked_for() {
    let house = Installation::new().await;
    let _ = house.require(true).await.expect(200);
    let pending = own_page(&house.app, &house.sign_in().await);
    let (bob, ..) = enrol(&house.app, &pending).await;
    let refused = bob.delete("/auth/second-factors/totp").await;
    refused.expect_problem(403, "second_factor_required");
    // Another app may take its place.
    another_half_minute(&house.app);
    let (bob, ..) = enrol(&house.app, &bob).await;
    let _ = house.require(false).await.expect(200);
    let _ = bob.delete("/auth/second-factors/totp").await.expect(204);
    let _ = house.sign_in().await.expect(200);
}

#[actix_web::test]
async fn only_an_administrator_asks_it_of_a_group_that_is_there() {
    let house = Installation::new().await;
    let body = json!({"requires_second_factor": false});
    house.bob.patch(GROUP, &body).await.expect_problem(403, "administrator_needed");
    let unknown = house.ada.browser.patch("/auth/admin/groups/unknown", &body).await;
    unknown.expect_problem(404, "group_not_found");
    let unchanged = house.ada.browser.patch(GROUP, &json!({})).await.expect(200);
    assert_eq!(unchanged["requires_second_factor"], false);
    let unknown = house.ada.browser.patch("/auth/admin/groups/unknown", &json!({})).await;
    unknown.expect_problem(404, "group_not_found");
}

#[actix_web::test]
async fn a_setting_asks_it_of_administrators() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _ = app.register(BOB).await;
    let cookie_of_old = ada.browser;
    let app = app.restart_with(|settings| settings.auth.administrators_need_second_factor = true);
    let old = cookie_of_old.at(&app.url);
    old.get("/auth/admin/accounts").await.expect_problem(403, "second_factor_needed");
    old.post("/auth/invitations", &Value::Null).await.expect_problem(403, "second_factor_needed");
    let _ = log_in(&app.stranger(), BOB, SignedIn::PASSWORD).await.expect(200);
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    assert_eq!(answer.expect(202)["enrolment_needed"], true);
    let (browser, ..) = enrol(&app, &own_page(&app, &answer)).await;
    let _ = browser.get("/auth/admin/accounts").await.expect(200);
    let refused = browser.delete("/auth/second-factors/totp").await;
    refused.expect_problem(403, "second_factor_required");
}

#[actix_web::test]
async fn who_registers_enrols_one_first_where_it_is_asked_of_them() {
    let app = TestApp::with(|settings| settings.auth.administrators_need_second_factor = true);
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    assert_eq!(answer.expect(202), json!({"second_factors": [], "enrolment_needed": true}));
    assert_eq!(answer.header("cache-control"), "no-store");
    let pending = own_page(&app, &answer);
    pending.get("/auth/account").await.expect_problem(401, "session_missing");
    let (browser, ..) = enrol(&app, &pending).await;
    assert_eq!(browser.get("/auth/account").await.expect(200)["role"], "administrator");
    let _ = browser.get("/auth/admin/accounts").await.expect(200);
    let actions = "select action as text from auth.audit_events order by id";
    assert_eq!(texts(&app.database, actions), ["register", "enrol_totp", "sign_in"]);
    // Nothing is asked of who comes later, and administers nothing.
    let _ = app.stranger().post("/auth/register", &registration(BOB)).await.expect(201);
}

#[actix_web::test]
async fn an_app_that_was_begun_in_a_sign_in_counts_for_nobody_before_its_code() {
    let house = Installation::new().await;
    let _ = house.require(true).await.expect(200);
    let pending = own_page(&house.app, &house.sign_in().await);
    let authenticator = CodeApp::of(&begin(&pending).await);
    give(&pending, &authenticator.code()).await.expect_problem(403, "code_wrong");
    assert_eq!(house.sign_in().await.expect(202)["enrolment_needed"], true);
    execute(&house.app.database, "update auth.pending_sign_ins set expires_at = now()");
    confirm(&pending, &authenticator.code()).await.expect_problem(401, "session_missing");
}
