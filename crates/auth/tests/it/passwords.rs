//! Which passwords may be chosen, and how they are kept.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp, TestDatabase};

use crate::support::{execute, log_in, registration, serve, texts};

const HASH: &str = "select password_hash as text from auth.accounts where email = 'ada@example.org'";

fn hash(database: &TestDatabase) -> String {
    texts(database, HASH).remove(0)
}

#[actix_web::test]
async fn common_and_predictable_passwords_are_refused() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let stranger = Client::new(&served.url);
    let choose = async |password: &str| {
        let body = json!({"email": "ada.lovelace@example.org", "password": password});
        stranger.post("/auth/register", &body).await
    };
    for password in ["1234567890", "qwertyuiop", "PassWord123", "Basketball", " basketball "] {
        choose(password).await.expect_problem(422, "password_common");
    }
    for password in
        ["Tallykeep2026!", "ada.lovelace", "example.org1", "LOVELACE-1815", "ada.lovelace@example.org"]
    {
        choose(password).await.expect_problem(422, "password_predictable");
    }
    assert!(texts(&database, "select email as text from auth.accounts").is_empty());
    let _ = choose("ada counts on engines").await.expect(201);
}

#[actix_web::test]
async fn a_hash_says_under_which_master_secret_it_was_made() {
    let app = TestApp::start();
    app.register("ada@example.org").await;
    let hash = hash(&app.database);
    let (_, key_id) = hash.split_once("$argon2id$v=19$m=19456,t=2,p=1,keyid=").unwrap();
    assert_eq!(key_id.split('$').next().unwrap().len(), 8);
}

#[actix_web::test]
async fn a_sign_in_renews_a_hash_that_says_less_than_new_ones_do() {
    let app = TestApp::start();
    app.register("ada@example.org").await;
    let new = hash(&app.database);
    // As it was before hashes named their secret: the name is no part of what is hashed.
    execute(
        &app.database,
        "update auth.accounts set password_hash = regexp_replace(password_hash, ',keyid=[^$]*', '')",
    );
    let old = hash(&app.database);
    assert!(!old.contains("keyid") && new.contains("keyid"));
    let _ = log_in(&app.stranger(), "ada@example.org", "not the password").await.expect(401);
    assert_eq!(hash(&app.database), old);
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let renewed = hash(&app.database);
    assert!(renewed.contains("keyid") && renewed != new);
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    assert_eq!(hash(&app.database), renewed, "what is as it should be stays");
}

#[actix_web::test]
async fn a_hash_from_before_they_named_their_secret_verifies_after_that_was_changed() {
    let app = TestApp::start();
    app.register("ada@example.org").await;
    execute(
        &app.database,
        "update auth.accounts set password_hash = regexp_replace(password_hash, ',keyid=[^$]*', '')",
    );
    let app = app.restart_with(|settings| {
        let old = settings.auth.secret.replace("another master key for tests, 0123456789".into());
        settings.auth.previous_secrets.insert("2025".to_owned(), old.unwrap());
    });
    let _ = log_in(&app.stranger(), "ada@example.org", "not the password").await.expect(401);
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    assert!(hash(&app.database).contains("keyid"));
}

#[actix_web::test]
async fn more_sign_ins_than_can_wait_are_turned_away() {
    let app = TestApp::with(|settings| {
        settings.auth.hashing_parallelism = 1;
        settings.auth.max_login_attempts = 1_000;
    });
    app.register("ada@example.org").await;
    let stranger = app.stranger();
    let answers = join_all((0..120).map(|_| log_in(&stranger, "ada@example.org", SignedIn::PASSWORD))).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!done.is_empty() && !refused.is_empty(), "{} and {}", done.len(), refused.len());
    for answer in refused {
        answer.expect_problem(503, "password_hashing_busy");
        assert_eq!(answer.header("retry-after"), "2");
    }
    let _ = log_in(&stranger, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let _: Value = stranger.post("/auth/register", &registration("bob@example.org")).await.expect(201);
}
