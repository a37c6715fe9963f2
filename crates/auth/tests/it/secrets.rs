//! What the database knows of secrets.

use serde_json::Value;
use tallykeep_test_support::{SignedIn, TestApp, TestDatabase};

use crate::support::{cookie, log_in, texts};

/// Every row of every table of the auth service.
fn rows(database: &TestDatabase) -> Vec<String> {
    let tables =
        "select format('%I.%I', schemaname, tablename) as text from pg_tables where schemaname = 'auth'";
    let row =
        |table: &String| texts(database, &format!("select row_to_json(t)::text as text from {table} t"));
    texts(database, tables).iter().flat_map(row).collect()
}

#[actix_web::test]
async fn no_secret_is_in_the_database() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let session = cookie(&answer).split_once('=').unwrap().1.to_owned();
    let key = ada.create_key(&["metrics:read"]).await;
    let invitation = ada.browser.post("/auth/invitations", &Value::Null).await.expect(201);
    let rows = rows(&app.database).join("\n");
    for kept in
        ["ada@example.org", "$argon2id$", &key[..8], "secret_hash", "token_hash", r#""private_key":"v1."#]
    {
        assert!(rows.contains(kept), "{kept} is not in {rows}");
    }
    for secret in [SignedIn::PASSWORD, &session, &key, &key[8..], invitation["invitation"].as_str().unwrap()]
    {
        let in_hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!rows.contains(secret) && !rows.contains(&in_hexadecimal), "{secret} is in {rows}");
    }
}

#[actix_web::test]
async fn a_password_is_kept_as_argon2id_with_the_parameters_of_owasp() {
    let app = TestApp::start();
    app.register("ada@example.org").await;
    app.register("bob@example.org").await;
    let hashes = texts(&app.database, "select password_hash as text from auth.accounts");
    for hash in &hashes {
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid="), "{hash}");
    }
    assert_ne!(hashes[0], hashes[1], "the same password has another salt");
}
