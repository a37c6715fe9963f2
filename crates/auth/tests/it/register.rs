//! Registering.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tallykeep_auth::RegistrationMode;
use tallykeep_test_support::{SignedIn, TestApp};

use crate::support::{log_in, registration, texts};

const ROLES: &str = "select role as text from auth.accounts order by id";

#[actix_web::test]
async fn the_first_account_is_the_administrator_and_the_second_is_not() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    assert_eq!(ada.browser.get("/auth/account").await.expect(200)["role"], "administrator");
    assert_eq!(bob.browser.get("/auth/account").await.expect(200)["role"], "member");
}

#[actix_web::test]
async fn a_registration_answers_the_account_and_signs_in() {
    let app = TestApp::start();
    let body = json!({
        "email": " Ada@Example.ORG ", "password": SignedIn::PASSWORD, "time_zone": "Europe/Berlin",
    });
    let answer = app.stranger().post("/auth/register", &body).await;
    let account = answer.expect(201);
    assert_eq!(account["email"], "ada@example.org");
    assert_eq!(account["time_zone"], "Europe/Berlin");
    let fields: Vec<_> = account.as_object().unwrap().keys().collect();
    let expected = [
        "id",
        "email",
        "name",
        "locale",
        "role",
        "groups",
        "time_zone",
        "created_at",
        "email_verified_at",
        "has_password",
    ];
    assert_eq!(fields, expected);
    let ada = SignedIn::with_cookie(&app.stranger(), &answer).await;
    assert_eq!(ada.browser.get("/auth/account").await.expect(200), account);
}

#[actix_web::test]
async fn without_a_time_zone_the_days_are_those_of_utc() {
    let app = TestApp::start();
    let account = app.stranger().post("/auth/register", &registration("ada@example.org")).await.expect(201);
    assert_eq!(account["time_zone"], "UTC");
}

#[actix_web::test]
async fn a_race_for_the_first_account_has_one_winner() {
    let app = TestApp::with(|settings| {
        settings.http.workers = 2;
        settings.auth.hashing_parallelism = 8;
    });
    let stranger = app.stranger();
    let bodies: Vec<Value> = (0..6).map(|n| registration(&format!("racer{n}@example.org"))).collect();
    let answers = join_all(bodies.iter().map(|body| stranger.post("/auth/register", body))).await;
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "administrator_exists");
    }
    let roles = texts(&app.database, ROLES);
    assert_eq!(roles.iter().filter(|role| *role == "administrator").count(), 1, "{roles:?}");
    assert_eq!(roles.len(), answers.iter().filter(|answer| answer.status == 201).count());
}

#[actix_web::test]
async fn a_race_for_one_address_has_one_winner() {
    let app = TestApp::with(|settings| settings.auth.hashing_parallelism = 8);
    let _administrator = app.register("ada@example.org").await;
    let (stranger, body) = (app.stranger(), registration("bob@example.org"));
    let answers = join_all((0..6).map(|_| stranger.post("/auth/register", &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "email_taken");
    }
}

#[actix_web::test]
async fn the_page_is_told_who_may_register() {
    for (mode, word) in [
        (RegistrationMode::Open, "open"),
        (RegistrationMode::Invite, "invite"),
        (RegistrationMode::Closed, "closed"),
    ] {
        let app = TestApp::with(|settings| settings.auth.registration = mode);
        let stranger = app.stranger();
        assert_eq!(stranger.get("/auth/registration").await.expect(200), json!({"mode": "first"}));
        let _administrator = app.register("ada@example.org").await;
        assert_eq!(stranger.get("/auth/registration").await.expect(200), json!({"mode": word}));
    }
}

#[actix_web::test]
async fn a_closed_installation_takes_its_first_account_and_no_other() {
    let app = TestApp::with(|settings| settings.auth.registration = RegistrationMode::Closed);
    let _administrator = app.register("ada@example.org").await;
    for email in ["bob@example.org", "ada@example.org"] {
        let mut body = registration(email);
        body["invitation"] = "anything".into();
        app.stranger().post("/auth/register", &body).await.expect_problem(403, "registration_closed");
    }
    assert_eq!(texts(&app.database, ROLES), ["administrator"]);
}

#[actix_web::test]
async fn another_spelling_of_an_address_is_the_same_address() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    for spelling in ["ada@example.org", "ADA@example.org", "Ada@EXAMPLE.Org", "  ada@example.org\n"] {
        let answer = app.stranger().post("/auth/register", &registration(spelling)).await;
        answer.expect_problem(409, "email_taken");
    }
    assert_eq!(texts(&app.database, ROLES).len(), 1);
}

#[actix_web::test]
async fn an_address_that_could_be_taken_for_another_is_refused() {
    let app = TestApp::start();
    for email in [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@bob@example.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "ada\0@example.org",
        "ada@exam ple.org",
        "\"ada bob\"@example.org",
        "ad\u{e0}@example.org",
        "\u{212a}ate@example.org",
        "ada@example.org\u{200b}",
        "ada@b\u{fc}cher.example",
    ] {
        let answer = app.stranger().post("/auth/register", &registration(email)).await;
        answer.expect_problem(422, "email_invalid");
    }
    let long = format!("{}@example.org", "a".repeat(10_000));
    app.stranger().post("/auth/register", &registration(&long)).await.expect_problem(422, "email_invalid");
    assert!(texts(&app.database, ROLES).is_empty());
}

#[actix_web::test]
async fn a_password_has_bounds() {
    let app = TestApp::start();
    let password = |password: String| json!({"email": "ada@example.org", "password": password});
    for (text, code) in [
        (String::new(), "password_too_short"),
        ("123456789".to_owned(), "password_too_short"),
        ("ääääääääá".to_owned(), "password_too_short"),
        ("x".repeat(257), "password_too_long"),
        ("ä".repeat(129), "password_too_long"),
        ("x".repeat(500_000), "password_too_long"),
    ] {
        let answer = app.stranger().post("/auth/register", &password(text)).await;
        answer.expect_problem(422, code);
    }
    let longest = "ä".repeat(128);
    let _ = app.stranger().post("/auth/register", &password(longest.clone())).await.expect(201);
    let _ = log_in(&app.stranger(), "ada@example.org", &longest).await.expect(200);
}

#[actix_web::test]
async fn an_unknown_time_zone_is_refused() {
    let app = TestApp::start();
    for zone in ["", "Mars/Olympus", "Europe/Berlin\0", "../../etc/passwd", "+25:00"] {
        let mut body = registration("ada@example.org");
        body["time_zone"] = zone.into();
        app.stranger().post("/auth/register", &body).await.expect_problem(422, "time_zone_unknown");
    }
}

#[actix_web::test]
async fn a_body_of_the_wrong_shape_registers_nobody() {
    let app = TestApp::start();
    for (body, status, code) in [
        (json!({"email": "ada@example.org"}), 422, "body_invalid"),
        (json!({"email": "ada@example.org", "password": 1_234_567_890}), 422, "body_invalid"),
        (json!({"email": ["ada@example.org"], "password": SignedIn::PASSWORD}), 422, "body_invalid"),
        (
            json!({"email": "ada@example.org", "password": SignedIn::PASSWORD, "role": "administrator"}),
            422,
            "body_invalid",
        ),
    ] {
        app.stranger().post("/auth/register", &body).await.expect_problem(status, code);
    }
    assert!(texts(&app.database, ROLES).is_empty());
}
