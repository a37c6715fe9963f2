//! Deciding over accounts.

use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp, TestDatabase};

use crate::{
    forward::{app, forwarded},
    support::{SERVICE_CREDENTIAL, execute, log_in, serve, texts},
};

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

async fn path_of(person: &SignedIn) -> String {
    format!("/auth/admin/accounts/{}", id_of(person).await)
}

fn emails(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|account| account["email"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn accounts_are_found_by_part_of_their_address_or_name_page_by_page() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await.browser;
    for name in ["bob", "b_b", "eve"] {
        let person = app.register(&format!("{name}@example.org")).await;
        let _ =
            person.browser.patch("/auth/account", &json!({"name": format!("{name} 100%")})).await.expect(200);
    }
    for (search, found) in [
        ("BOB@", vec!["bob@example.org"]),
        ("b_b", vec!["b_b@example.org"]),
        ("E%20100%25", vec!["eve@example.org"]),
        ("%25", vec!["bob@example.org", "b_b@example.org", "eve@example.org"]),
        ("%5C", vec![]),
        ("%00", vec!["ada@example.org", "bob@example.org", "b_b@example.org", "eve@example.org"]),
    ] {
        let page = ada.get(&format!("/auth/admin/accounts?search={search}")).await.expect(200);
        assert_eq!(emails(&page), found, "{search}");
    }
    let first = ada.get("/auth/admin/accounts?limit=3").await.expect(200);
    assert_eq!(emails(&first).len(), 3);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ada.get(&format!("/auth/admin/accounts?limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!((emails(&second), &second["next_cursor"]), (vec!["eve@example.org"], &Value::Null));
    assert!(!first.to_string().contains("argon2"));
}

#[actix_web::test]
async fn only_an_administrator_decides_over_accounts() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let (of_ada, of_bob) = (path_of(&ada).await, path_of(&bob).await);
    let eve = bob.browser;
    eve.get("/auth/admin/accounts").await.expect_problem(403, "administrator_needed");
    eve.get(&of_bob).await.expect_problem(403, "administrator_needed");
    let promote = eve.patch(&of_bob, &json!({"role": "administrator"})).await;
    promote.expect_problem(403, "administrator_needed");
    eve.delete(&of_ada).await.expect_problem(403, "administrator_needed");
    eve.get("/auth/invitations").await.expect_problem(403, "administrator_needed");
    let _ = ada.browser.patch(&of_bob, &json!({"role": "administrator"})).await.expect(200);
    let _ = eve.get(&of_ada).await.expect(200);
    let nobody = "/auth/admin/accounts/018f0000-0000-7000-8000-000000000000";
    eve.get(nobody).await.expect_problem(404, "account_not_found");
    eve.patch(nobody, &json!({"disabled": true})).await.expect_problem(404, "account_not_found");
    eve.patch(&of_ada, &json!({"role": "owner"})).await.expect_problem(422, "word_unknown");
}

#[actix_web::test]
async fn whoever_is_disabled_is_out_at_once_by_every_way_in() {
    let app = app();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let machine = bob.machine(&["metrics:read", "tools:access"]).await;
    let tools = [&bob.browser, &bob.page, &machine].map(|client| forwarded(client, &[]));
    for tool in &tools {
        assert_eq!(tool.get("/auth/forward").await.status, 200);
    }
    let of_bob = path_of(&bob).await;
    let disabled = ada.browser.patch(&of_bob, &json!({"disabled": true})).await.expect(200);
    assert!(disabled["disabled_at"].is_string());
    bob.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    bob.browser.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
    for tool in &tools {
        assert_eq!(tool.get("/auth/forward").await.status, 401);
    }
    let out = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await;
    let wrong = log_in(&app.stranger(), "ada@example.org", "not her password").await;
    let told = |answer: &tallykeep_test_support::Answer| {
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        (answer.status, body, answer.header("set-cookie").to_owned())
    };
    assert_eq!(told(&out), told(&wrong));
    let _ = ada.browser.patch(&of_bob, &json!({"disabled": false})).await.expect(200);
    bob.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let _ = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await.expect(200);
    assert_eq!(tools[2].get("/auth/forward").await.status, 200);
    let events = "select action as text from auth.audit_events where actor_id is not null order by id";
    assert_eq!(texts(&app.database, events), ["disable_account", "enable_account"]);
}

#[actix_web::test]
async fn services_are_told_at_once_that_the_key_of_a_disabled_account_is_no_good() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let key = Client::new(&served.url).register("ada@example.org").await.create_key(&["metrics:read"]).await;
    let service = Client::new(&served.url).with_token(SERVICE_CREDENTIAL);
    let ask = || service.request(Method::POST, "/internal/introspect").form(&[("token", &key)]);
    assert_eq!(Client::send(ask()).await.expect(200)["active"], true);
    execute(&database, "update auth.accounts set disabled_at = now()");
    assert_eq!(Client::send(ask()).await.expect(200), json!({"active": false}));
}

#[actix_web::test]
async fn the_last_administrator_can_neither_be_disabled_nor_demoted_nor_deleted() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let (of_ada, of_bob) = (path_of(&ada).await, path_of(&bob).await);
    let ada = ada.browser;
    for body in
        [json!({"disabled": true}), json!({"role": "member"}), json!({"role": "member", "disabled": false})]
    {
        ada.patch(&of_ada, &body).await.expect_problem(409, "last_administrator");
    }
    ada.delete(&of_ada).await.expect_problem(409, "last_administrator");
    let own = ada.request(Method::DELETE, "/auth/account").json(&json!({"password": SignedIn::PASSWORD}));
    Client::send(own).await.expect_problem(409, "last_administrator");
    // One that is kept out does not count.
    let _ = ada.patch(&of_bob, &json!({"role": "administrator", "disabled": true})).await.expect(200);
    ada.patch(&of_ada, &json!({"role": "member"})).await.expect_problem(409, "last_administrator");
    let _ = ada.patch(&of_bob, &json!({"disabled": false})).await.expect(200);
    let _ = ada.patch(&of_ada, &json!({"role": "member"})).await.expect(200);
    ada.get(&of_ada).await.expect_problem(403, "administrator_needed");
}

#[actix_web::test]
async fn of_two_administrators_who_turn_each_other_out_at_once_one_stays() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let (of_ada, of_bob) = (path_of(&ada).await, path_of(&bob).await);
    for body in [json!({"role": "member"}), json!({"disabled": true})] {
        execute(&app.database, "update auth.accounts set role = 'administrator', disabled_at = null");
        let again = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
        let ada = SignedIn::with_cookie(&app.stranger(), &again).await.browser;
        let again = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await;
        let bob = SignedIn::with_cookie(&app.stranger(), &again).await.browser;
        let _ = join(ada.patch(&of_bob, &body), bob.patch(&of_ada, &body)).await;
        let left =
            "select email as text from auth.accounts where role = 'administrator' and disabled_at is null";
        assert_eq!(texts(&app.database, left).len(), 1, "{body}");
    }
}

#[actix_web::test]
async fn invitations_are_listed_and_revoked_and_end_with_the_office() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let of_bob = path_of(&bob).await;
    let _ = ada.browser.patch(&of_bob, &json!({"role": "administrator"})).await.expect(200);
    let mut ids = Vec::new();
    for person in [&ada, &ada, &bob] {
        let given = person.browser.post("/auth/invitations", &Value::Null).await.expect(201);
        ids.push(given["id"].as_str().unwrap().to_owned());
    }
    let of_first = format!("/auth/invitations/{}", ids[0]);
    let _ = bob.browser.delete(&of_first).await.expect(204);
    bob.browser.delete(&of_first).await.expect_problem(404, "invitation_not_found");
    let list = ada.browser.get("/auth/invitations").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][1]["account_id"], id_of(&bob).await);
    let _ = ada.browser.patch(&of_bob, &json!({"role": "member"})).await.expect(200);
    assert_eq!(texts(&app.database, "select id::text as text from auth.invitations"), [ids[1].as_str()]);
}
