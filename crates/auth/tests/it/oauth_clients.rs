//! The applications that an administrator makes known, and that people withdraw (OpenID Connect).

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::TestApp;

use crate::{
    oauth::{Application, EVERYTHING, REDIRECT_URI, error, trade},
    support::{execute, texts},
};

#[actix_web::test]
async fn an_administrator_makes_applications_known_and_changes_and_removes_them() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let body = json!({"name": " Wiki ", "redirect_uris": [REDIRECT_URI]});
    let answer = ada.browser.post("/auth/admin/clients", &body).await;
    let mut made = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let secret = made.as_object_mut().unwrap().remove("client_secret").unwrap();
    assert_eq!(secret.as_str().unwrap().len(), 43);
    let expected = json!({
        "id": made["id"], "name": "Wiki", "confidential": true, "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": [], "trusted": false, "id_token_signed_response_alg": "RS256",
        "created_at": made["created_at"],
    });
    assert_eq!(made, expected);
    let path = format!("/auth/admin/clients/{}", made["id"].as_str().unwrap());
    let changes = json!({"name": "Notes", "trusted": true, "id_token_signed_response_alg": "EdDSA"});
    let changed = ada.browser.patch(&path, &changes).await.expect(200);
    assert_eq!((&changed["name"], &changed["trusted"]), (&json!("Notes"), &json!(true)));
    assert_eq!(changed["redirect_uris"], json!([REDIRECT_URI]));
    let list = ada.browser.get("/auth/admin/clients").await;
    assert_eq!(list.expect(200)["items"], json!([changed]));
    assert!(!list.body.contains(secret.as_str().unwrap()));
    let _ = ada.browser.delete(&path).await.expect(204);
    assert_eq!(ada.browser.get("/auth/admin/clients").await.expect(200)["items"], json!([]));
    for answer in [
        ada.browser.delete(&path).await,
        ada.browser.patch(&path, &changes).await,
        ada.browser.post(&format!("{path}/secret"), &Value::Null).await,
    ] {
        answer.expect_problem(404, "client_not_found");
    }
    let actions = "select action as text from auth.audit_events where action like '%client%' order by id";
    assert_eq!(texts(&app.database, actions), ["create_client", "change_client", "delete_client"]);
}

#[actix_web::test]
async fn what_cannot_be_an_application_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let base = json!({"name": "Wiki", "redirect_uris": [REDIRECT_URI]});
    for (field, value, code) in [
        ("name", json!(" "), "name_invalid"),
        ("name", json!("x".repeat(101)), "name_invalid"),
        ("redirect_uris", json!([]), "redirect_uris_empty"),
        ("redirect_uris", json!(vec![REDIRECT_URI; 21]), "redirect_uris_too_many"),
        ("redirect_uris", json!(["http://wiki.example/callback"]), "redirect_uri_invalid"),
        ("redirect_uris", json!([format!("{REDIRECT_URI}\nhttps://evil.example/")]), "redirect_uri_invalid"),
        ("post_logout_redirect_uris", json!(["https://wiki.example/#bye"]), "redirect_uri_invalid"),
        ("id_token_signed_response_alg", json!("none"), "body_invalid"),
        ("id_token_signed_response_alg", json!("HS256"), "body_invalid"),
    ] {
        let mut body = base.clone();
        body[field] = value;
        ada.browser.post("/auth/admin/clients", &body).await.expect_problem(422, code);
    }
    let trusting =
        json!({"name": "App", "redirect_uris": [REDIRECT_URI], "confidential": false, "trusted": true});
    ada.browser.post("/auth/admin/clients", &trusting).await.expect_problem(422, "trust_without_secret");
    let public = Application::register(&app, &ada, json!({"confidential": false})).await;
    let path = format!("/auth/admin/clients/{}", public.id);
    ada.browser.patch(&path, &json!({"trusted": true})).await.expect_problem(422, "trust_without_secret");
    let rotated = ada.browser.post(&format!("{path}/secret"), &Value::Null).await;
    rotated.expect_problem(409, "client_without_secret");
}

#[actix_web::test]
async fn only_an_administrator_who_has_just_proved_it_is_heard() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    let bob = app.register("bob@example.org").await;
    let body = json!({"name": "Wiki", "redirect_uris": [REDIRECT_URI]});
    bob.browser.post("/auth/admin/clients", &body).await.expect_problem(403, "administrator_needed");
    bob.browser.get("/auth/admin/clients").await.expect_problem(403, "administrator_needed");
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '1 hour'");
    let path = format!("/auth/admin/clients/{}", wiki.id);
    for answer in [
        ada.browser.post("/auth/admin/clients", &body).await,
        ada.browser.patch(&path, &json!({"trusted": true})).await,
        ada.browser.post(&format!("{path}/secret"), &Value::Null).await,
        ada.browser.delete(&path).await,
    ] {
        answer.expect_problem(403, "reauthentication_needed");
    }
}

#[actix_web::test]
async fn a_new_secret_takes_the_place_of_the_old_one_at_once() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    let tokens = wiki.tokens(&ada.browser).await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let path = format!("/auth/admin/clients/{}/secret", wiki.id);
    let made = ada.browser.post(&path, &Value::Null).await.expect(201);
    assert_eq!(error(&wiki.trade(&code).await, 401), "invalid_client");
    let request = app.stranger().request(Method::POST, "/auth/oauth2/token");
    let request = request.basic_auth(&wiki.id, made["client_secret"].as_str());
    let _ = tallykeep_test_support::Client::send(request.form(&trade(&code))).await.expect(200);
    assert_eq!(wiki.userinfo(&tokens).await, 200);
}

#[actix_web::test]
async fn a_person_sees_what_applications_know_and_takes_it_back() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    let of_bob = wiki.tokens(&bob.browser).await;
    let of_ada = wiki.tokens(&ada.browser).await;
    let list = bob.browser.get("/auth/applications").await.expect(200);
    let words: Vec<_> = EVERYTHING.split(' ').collect();
    let expected =
        json!([{"client_id": wiki.id, "name": "Wiki", "scopes": words, "since": list["items"][0]["since"]}]);
    assert_eq!(list["items"], expected);
    let document = bob.browser.get("/auth/account/export").await.expect(200);
    assert_eq!(document["applications"], list["items"]);
    let path = format!("/auth/applications/{}", wiki.id);
    let _ = bob.browser.delete(&path).await.expect(204);
    assert_eq!(bob.browser.get("/auth/applications").await.expect(200)["items"], json!([]));
    assert_eq!((wiki.userinfo(&of_bob).await, wiki.userinfo(&of_ada).await), (401, 200));
    bob.browser.delete(&path).await.expect_problem(404, "application_not_found");
    let events = bob.browser.get("/auth/audit-events").await.expect(200);
    let actions: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
    assert_eq!(actions[..4], ["withdraw_client", "export_account", "sign_in_to_client", "allow_client"]);
}
