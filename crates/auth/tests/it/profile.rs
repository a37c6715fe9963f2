//! What an account tells of its person, and the document of all that is known of it.

use serde_json::{Value, json};
use tallykeep_test_support::{SignedIn, TestApp};

use crate::{
    forward::{app, forwarded},
    support::texts,
};

#[actix_web::test]
async fn what_is_left_out_stays_and_null_empties() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await.browser;
    let fresh = ada.get("/auth/account").await.expect(200);
    assert_eq!(
        (&fresh["name"], &fresh["locale"], &fresh["groups"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    let all = json!({"name": "Ada Lovelace", "locale": "PT-br", "time_zone": "Asia/Tokyo"});
    let changed = ada.patch("/auth/account", &all).await.expect(200);
    assert_eq!(changed["locale"], "pt-BR");
    let _ = ada.patch("/auth/account", &json!({"locale": null})).await.expect(200);
    let now = ada.get("/auth/account").await.expect(200);
    assert_eq!(now["name"], "Ada Lovelace");
    assert_eq!((&now["locale"], &now["time_zone"]), (&Value::Null, &json!("Asia/Tokyo")));
    let _ = ada.patch("/auth/account", &json!({})).await.expect(200);
    let changes =
        "select detail::text as text from auth.audit_events where action = 'change_account' order by id";
    let expected = [r#"{"fields": ["name", "locale", "time_zone"]}"#, r#"{"fields": ["locale"]}"#];
    assert_eq!(texts(&app.database, changes), expected);
}

#[actix_web::test]
async fn what_is_no_name_no_language_and_no_zone_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await.browser;
    for (body, code) in [
        (json!({"name": ""}), "name_invalid"),
        (json!({"name": "Ada\r\nRemote-Groups: administrator"}), "name_invalid"),
        (json!({"name": "x".repeat(201)}), "name_invalid"),
        (json!({"locale": "english please"}), "locale_invalid"),
        (json!({"locale": "en-x-".to_owned() + &"abcdefg-".repeat(5) + "a"}), "locale_invalid"),
        (json!({"time_zone": "Mars/Olympus"}), "time_zone_unknown"),
        (json!({"time_zone": "../../etc/passwd"}), "time_zone_unknown"),
        (json!({"role": "administrator"}), "body_invalid"),
        (json!({"email": "eve@example.org"}), "body_invalid"),
        (json!({"time_zone": 1}), "body_invalid"),
    ] {
        ada.patch("/auth/account", &body).await.expect_problem(422, code);
    }
    assert_eq!(ada.get("/auth/account").await.expect(200)["name"], Value::Null);
}

#[actix_web::test]
async fn a_tool_is_told_the_name_whatever_it_holds() {
    let app = app();
    let ada = app.register("a%b@example.org").await.browser;
    let tool = forwarded(&ada, &[]);
    assert_eq!(tool.get("/auth/forward").await.header("remote-name"), "a%b@example.org");
    for (name, header) in [
        ("Ada, Countess", "Ada, Countess"),
        ("J\u{f6}rg", "J%C3%B6rg"),
        ("100% \u{1f600}", "100%25 %F0%9F%98%80"),
        ("\u{202e}nimda", "%E2%80%AEnimda"),
    ] {
        let _ = ada.patch("/auth/account", &json!({"name": name})).await.expect(200);
        let answer = tool.get("/auth/forward").await;
        assert_eq!((answer.status.as_u16(), answer.header("remote-name")), (200, header));
        assert_eq!(answer.header("remote-user"), "a%b@example.org");
    }
}

#[actix_web::test]
async fn an_account_takes_all_that_is_known_of_it_along() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let key = ada.create_key(&["metrics:read"]).await;
    let _ = bob.create_key(&["metrics:read"]).await;
    let invitation = ada.browser.post("/auth/invitations", &Value::Null).await.expect(201);
    let answer = ada.browser.get("/auth/account/export").await;
    let document = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(document["version"], 1);
    assert_eq!(document["account"]["email"], "ada@example.org");
    assert_eq!(document["invitations"][0]["id"], invitation["id"]);
    let session = &ada.browser.get("/auth/sessions").await.expect(200)["items"][0];
    for field in ["id", "user_agent", "address", "created_at", "last_used_at", "expires_at"] {
        assert_eq!(
            (&document["sessions"][0][field], session[field].is_string()),
            (&session[field], true),
            "{field}"
        );
    }
    let lengths = ["sessions", "api_keys", "invitations", "audit_events"]
        .map(|list| document[list].as_array().unwrap().len());
    assert_eq!(lengths, [1, 1, 1, 5]);
    for secret in [&key, invitation["invitation"].as_str().unwrap(), "argon2", SignedIn::PASSWORD, "bob@"] {
        assert!(!answer.body.contains(secret), "{secret} is in {}", answer.body);
    }
    app.stranger().get("/auth/account/export").await.expect_problem(401, "session_missing");
}
