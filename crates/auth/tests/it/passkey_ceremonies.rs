//! What no passkey can be made to do: of another site, for another challenge, person or purpose, copied or removed.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Authenticator, Doing, TestApp};

use crate::{
    passkeys::{Jar, REAUTHENTICATE, SECOND_FACTOR, SIGN_IN, ada, half_signed_in, making_up},
    support::{execute, registration, texts},
};

const FIVE_MINUTES: &str =
    "update auth.passkey_ceremonies set expires_at = expires_at - interval '5 minutes'";

/// What the audit log says of passkeys that were refused, oldest first.
fn reasons(app: &TestApp) -> Vec<String> {
    let sql = "select action || ': ' || (detail ->> 'reason') as text from auth.audit_events
        where not succeeded and detail ? 'reason' order by id";
    texts(&app.database, sql)
}

async fn give(jar: &mut Jar, path: &str, credential: &Value) -> Answer {
    jar.post(path, &json!({"credential": credential})).await
}

/// Signs in with what `device` does wrong.
async fn sign_in(app: &TestApp, device: &mut Authenticator, doing: &Doing) -> Answer {
    let mut browser = Jar::empty(app);
    let options = browser.begin(SIGN_IN).await;
    give(&mut browser, SIGN_IN, &device.sign(&options, doing)).await
}

/// How a passkey can be wrong by where and how it was asked for.
fn wrongs() -> [Doing; 4] {
    [
        Doing { origin: "http://localhost:9090".to_owned(), ..Doing::default() },
        Doing { origin: "https://evil.example".to_owned(), ..Doing::default() },
        Doing { host: "evil.example".to_owned(), ..Doing::default() },
        Doing { verified: false, ..Doing::default() },
    ]
}

#[actix_web::test]
async fn a_passkey_for_another_origin_or_host_or_without_its_person_verified_does_not_sign_in() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    for doing in wrongs() {
        let answer = sign_in(&app, &mut device, &doing).await;
        answer.expect_problem(401, "passkey_refused");
        assert!(!answer.header("set-cookie").contains("session"), "{answer:?}");
    }
    let found = reasons(&app);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|reason| reason.starts_with("sign_in: ")), "{found:?}");
    let _ = sign_in(&app, &mut device, &Doing::default()).await.expect(200);
}

#[actix_web::test]
async fn nor_is_it_a_second_factor_or_a_proof_of_who_is_there() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    for doing in wrongs() {
        let mut half = half_signed_in(&app).await;
        for (jar, path) in [(&mut half, SECOND_FACTOR), (&mut ada, REAUTHENTICATE)] {
            let options = jar.begin(path).await;
            let answer = give(jar, path, &device.sign(&options, &doing)).await;
            answer.expect_problem(403, "passkey_refused");
        }
        half.client().get("/auth/account").await.expect_problem(401, "session_missing");
    }
}

#[actix_web::test]
async fn nor_can_it_be_added() {
    let app = TestApp::start();
    let mut ada = Jar::of(&app, "ada@example.org").await;
    for doing in wrongs() {
        let options = ada.begin("/auth/passkeys").await;
        let credential = Authenticator::new().register(&options, &doing);
        let body = json!({"name": "Phone", "credential": credential});
        ada.post("/auth/passkeys", &body).await.expect_problem(422, "passkey_invalid");
    }
    assert_eq!(ada.client().get("/auth/passkeys").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn an_answer_is_taken_once() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let options = browser.begin(SIGN_IN).await;
    let credential = device.sign(&options, &Doing::default());
    let _ = give(&mut browser, SIGN_IN, &credential).await.expect(200);
    give(&mut browser, SIGN_IN, &credential).await.expect_problem(409, "passkey_ceremony_ended");
    // Also one that was refused.
    let options = browser.begin(SIGN_IN).await;
    let unverified = device.sign(&options, &Doing { verified: false, ..Doing::default() });
    give(&mut browser, SIGN_IN, &unverified).await.expect_problem(401, "passkey_refused");
    let verified = device.sign(&options, &Doing::default());
    give(&mut browser, SIGN_IN, &verified).await.expect_problem(409, "passkey_ceremony_ended");
    // And a passkey that was made.
    let options = ada.begin("/auth/passkeys").await;
    let made =
        json!({"name": "Key", "credential": Authenticator::new().register(&options, &Doing::default())});
    let _ = ada.post("/auth/passkeys", &made).await.expect(201);
    ada.post("/auth/passkeys", &made).await.expect_problem(409, "passkey_ceremony_ended");
}

#[actix_web::test]
async fn an_answer_to_what_nobody_asked_is_not_taken() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let _ = browser.begin(SIGN_IN).await;
    let credential = device.sign(&making_up(), &Doing::default());
    give(&mut browser, SIGN_IN, &credential).await.expect_problem(409, "passkey_ceremony_ended");
}

#[actix_web::test]
async fn five_minutes_later_nothing_is_waited_for() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    let mut half = half_signed_in(&app).await;
    let mut browser = Jar::empty(&app);
    let mut waiting = Vec::new();
    for (jar, path) in [(&mut browser, SIGN_IN), (&mut half, SECOND_FACTOR), (&mut ada, REAUTHENTICATE)] {
        let options = jar.begin(path).await;
        waiting.push(device.sign(&options, &Doing::default()));
    }
    assert_eq!(execute(&app.database, FIVE_MINUTES), 3);
    let jars = [(&mut browser, SIGN_IN), (&mut half, SECOND_FACTOR), (&mut ada, REAUTHENTICATE)];
    for ((jar, path), credential) in jars.into_iter().zip(&waiting) {
        give(jar, path, credential).await.expect_problem(409, "passkey_ceremony_ended");
    }
}

#[actix_web::test]
async fn what_one_browser_began_no_other_finishes() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut thief = Jar::empty(&app);
    let options = thief.begin(SIGN_IN).await;
    let credential = device.sign(&options, &Doing::default());
    let mut other = Jar::empty(&app);
    let _ = other.begin(SIGN_IN).await;
    for mut browser in [other, Jar::empty(&app)] {
        give(&mut browser, SIGN_IN, &credential).await.expect_problem(409, "passkey_ceremony_ended");
    }
    let _ = give(&mut thief, SIGN_IN, &credential).await.expect(200);
}

#[actix_web::test]
async fn two_tabs_of_one_browser_do_not_end_each_other_s() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let first = browser.begin(SIGN_IN).await;
    let second = browser.begin(SIGN_IN).await;
    for options in [first, second] {
        let credential = device.sign(&options, &Doing::default());
        let _ = give(&mut browser, SIGN_IN, &credential).await.expect(200);
    }
}

#[actix_web::test]
async fn what_was_begun_for_one_purpose_is_good_for_no_other() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    // A browser with a session, which may do each of them, so that only the purpose is wrong.
    for path in [SIGN_IN, SECOND_FACTOR, REAUTHENTICATE] {
        for other in [SIGN_IN, SECOND_FACTOR, REAUTHENTICATE].into_iter().filter(|other| *other != path) {
            let options = ada.begin(path).await;
            let credential = device.sign(&options, &Doing::default());
            give(&mut ada, other, &credential).await.expect_problem(409, "passkey_ceremony_ended");
        }
    }
}

#[actix_web::test]
async fn what_was_begun_for_one_account_is_good_for_no_other() {
    let app = TestApp::start();
    let mut ada = Jar::of(&app, "ada@example.org").await;
    let options = ada.begin("/auth/passkeys").await;
    let body =
        json!({"name": "Phone", "credential": Authenticator::new().register(&options, &Doing::default())});
    // The browser is the same, and somebody else signs in.
    let _ = ada.post("/auth/register", &registration("ben@example.org")).await.expect(201);
    ada.post("/auth/passkeys", &body).await.expect_problem(409, "passkey_ceremony_ended");
}

#[actix_web::test]
async fn a_passkey_of_somebody_else_is_no_second_factor_and_no_proof() {
    let app = TestApp::start();
    let (mut ada, _) = ada(&app).await;
    let mut ben = Jar::of(&app, "ben@example.org").await;
    let mut device = Authenticator::new();
    let _ = ben.add(&mut device, "Ben's").await.expect(201);
    let mut half = half_signed_in(&app).await;
    half.answer(SECOND_FACTOR, &mut device).await.expect_problem(403, "passkey_refused");
    half.client().get("/auth/account").await.expect_problem(401, "session_missing");
    ada.answer(REAUTHENTICATE, &mut device).await.expect_problem(403, "passkey_refused");
    // Nor is it somebody else's because it says so.
    let account = ada.client().get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let user = ada.begin("/auth/passkeys").await["user"]["id"].as_str().unwrap().to_owned();
    let mut browser = Jar::empty(&app);
    let options = browser.begin(SIGN_IN).await;
    let answer = give(&mut browser, SIGN_IN, &device.sign_for(&user, &options)).await;
    answer.expect_problem(401, "passkey_refused");
    assert!(!answer.body.contains(&account), "{answer:?}");
}

#[actix_web::test]
async fn a_passkey_that_two_accounts_have_is_refused_to_the_second() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut ben = Jar::of(&app, "ben@example.org").await;
    ben.add(&mut device, "Copied").await.expect_problem(409, "passkey_known");
}

#[actix_web::test]
async fn whatever_is_wrong_with_a_passkey_is_answered_alike() {
    let app = TestApp::start();
    let (ada, mut device) = ada(&app).await;
    let unknown = sign_in(&app, &mut unknown_device(&app).await, &Doing::default()).await;
    let unverified = sign_in(&app, &mut device, &Doing { verified: false, ..Doing::default() }).await;
    let passkeys = ada.client().get("/auth/passkeys").await.expect(200);
    let id = passkeys["items"][0]["id"].as_str().unwrap();
    let _ = ada.client().delete(&format!("/auth/passkeys/{id}")).await.expect(204);
    let removed = sign_in(&app, &mut device, &Doing::default()).await;
    for answer in [&unknown, &unverified, &removed] {
        let mut body = answer.expect_problem(401, "passkey_refused");
        body["request_id"] = Value::Null;
        let mut first = unknown.json();
        first["request_id"] = Value::Null;
        assert_eq!(body, first);
    }
}

/// A device with a passkey that was never sent.
async fn unknown_device(app: &TestApp) -> Authenticator {
    let mut device = Authenticator::new();
    let options = Jar::of(app, "eve@example.org").await.begin("/auth/passkeys").await;
    let _ = device.register(&options, &Doing::default());
    device
}

#[actix_web::test]
async fn a_copy_of_a_passkey_is_found_out_by_its_counter() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let copied_at = device.counter;
    for _ in 0..2 {
        let _ = sign_in(&app, &mut device, &Doing::default()).await.expect(200);
    }
    device.counter = copied_at;
    sign_in(&app, &mut device, &Doing::default()).await.expect_problem(401, "passkey_refused");
    sign_in(&app, &mut device, &Doing::default()).await.expect_problem(401, "passkey_refused");
    let found = reasons(&app);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|reason| reason.starts_with("passkey_copied: ")), "{found:?}");
    let counts = "select sign_count::text as text from auth.passkeys";
    assert_eq!(texts(&app.database, counts), ["2"]);
}

#[actix_web::test]
async fn a_device_that_never_counts_signs_in_again_and_again() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    device.counts = false;
    for _ in 0..2 {
        let _ = sign_in(&app, &mut device, &Doing::default()).await.expect(200);
    }
}

#[actix_web::test]
async fn a_passkey_of_an_account_that_is_kept_out_opens_nothing() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    execute(&app.database, "update auth.accounts set disabled_at = now()");
    sign_in(&app, &mut device, &Doing::default()).await.expect_problem(401, "passkey_refused");
    assert_eq!(reasons(&app), ["sign_in: its account is kept out"]);
    execute(
        &app.database,
        "update auth.accounts set disabled_at = null, erase_after = now() + interval '1 day'",
    );
    sign_in(&app, &mut device, &Doing::default()).await.expect_problem(401, "passkey_refused");
}

#[actix_web::test]
async fn a_second_factor_needs_the_first_and_a_proof_a_session() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut stranger = Jar::empty(&app);
    let credential = device.sign(&making_up(), &Doing::default());
    let body = json!({"credential": credential});
    for (path, code) in [(SECOND_FACTOR, "session_missing"), (REAUTHENTICATE, "session_missing")] {
        stranger.post(&format!("{path}/options"), &Value::Null).await.expect_problem(401, code);
        stranger.post(path, &body).await.expect_problem(401, code);
    }
}

#[actix_web::test]
async fn of_two_answers_at_once_one_is_taken() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let options = browser.begin(SIGN_IN).await;
    let body = json!({"credential": device.sign(&options, &Doing::default())});
    let (one, other) = (browser.client(), browser.client());
    let answers = futures_util::future::join(one.post(SIGN_IN, &body), other.post(SIGN_IN, &body)).await;
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[actix_web::test]
async fn what_a_stranger_begins_leaves_nothing_for_long_and_is_limited() {
    let app = TestApp::with(|settings| {
        settings.auth.rate_limit_per_minute = 1;
        settings.auth.rate_limit_burst = 2;
    });
    let mut browser = Jar::empty(&app);
    for _ in 0..2 {
        let _ = browser.begin(SIGN_IN).await;
    }
    let answer = browser.post(&format!("{SIGN_IN}/options"), &Value::Null).await;
    assert_eq!(answer.status.as_u16(), 429);
    // Nobody's address, cookie or challenge stands there.
    let shapes = "select format('%s %s %s', octet_length(token_hash), account_id, purpose) as text
        from auth.passkey_ceremonies";
    assert_eq!(texts(&app.database, shapes), ["32  sign_in"; 2]);
}
