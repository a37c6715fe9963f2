//! Groups of accounts.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::{
    forward::{app, forwarded},
    support::{execute, log_in, texts},
};

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

async fn put(client: &Client, path: &str) -> u16 {
    client.put(path, &Value::Null).await.status.as_u16()
}

#[actix_web::test]
async fn an_account_and_its_tools_know_its_groups() {
    let app = app();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let id = id_of(&bob).await;
    for name in ["staff", "family"] {
        for _ in 0..2 {
            assert_eq!(put(&ada.browser, &format!("/auth/admin/groups/{name}")).await, 204);
            assert_eq!(put(&ada.browser, &format!("/auth/admin/groups/{name}/members/{id}")).await, 204);
        }
    }
    let tool = forwarded(&bob.browser, &[]);
    assert_eq!(tool.get("/auth/forward").await.header("remote-groups"), "member,family,staff");
    let signed_in = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await.expect(200);
    assert_eq!(signed_in["groups"], json!(["family", "staff"]));
    let seen = ada.browser.get(&format!("/auth/admin/accounts/{id}")).await.expect(200);
    assert_eq!(seen["groups"], json!(["family", "staff"]));

    let _ = ada.browser.delete(&format!("/auth/admin/groups/staff/members/{id}")).await.expect(204);
    let _ = ada.browser.delete("/auth/admin/groups/family").await.expect(204);
    assert_eq!(tool.get("/auth/forward").await.header("remote-groups"), "member");
    let groups = ada.browser.get("/auth/admin/groups").await.expect(200);
    assert_eq!(groups["items"][0]["name"], "staff");
    assert_eq!(groups["items"].as_array().unwrap().len(), 1);
    let events = "select action as text from auth.audit_events
        where account_id <> actor_id and action like '%group' order by id";
    assert_eq!(texts(&app.database, events), ["join_group", "join_group", "leave_group"]);
}

#[actix_web::test]
async fn no_group_is_called_like_a_role_or_breaks_the_list() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await.browser;
    for name in
        ["administrator", "member", "a,b", "A", "1a", "-a", "a%20b", "%0d%0aa", "caf%C3%A9", &"a".repeat(64)]
    {
        let answer = ada.put(&format!("/auth/admin/groups/{name}"), &Value::Null).await;
        answer.expect_problem(400, "group_name_invalid");
    }
}

#[actix_web::test]
async fn a_membership_needs_both_halves() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let id = id_of(&ada).await;
    let member = format!("/auth/admin/groups/family/members/{id}");
    ada.browser.put(&member, &Value::Null).await.expect_problem(404, "group_not_found");
    ada.browser.delete("/auth/admin/groups/family").await.expect_problem(404, "group_not_found");
    assert_eq!(put(&ada.browser, "/auth/admin/groups/family").await, 204);
    let nobody = "/auth/admin/groups/family/members/018f0000-0000-7000-8000-000000000000";
    ada.browser.put(nobody, &Value::Null).await.expect_problem(404, "account_not_found");
    assert_eq!(put(&ada.browser, &member).await, 204);
    assert_eq!(execute(&app.database, "delete from auth.group_members"), 1);
}

#[actix_web::test]
async fn only_an_administrator_groups_people() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    assert_eq!(put(&ada.browser, "/auth/admin/groups/family").await, 204);
    let id = id_of(&bob).await;
    for path in ["/auth/admin/groups/mine", &format!("/auth/admin/groups/family/members/{id}")] {
        bob.browser.put(path, &Value::Null).await.expect_problem(403, "administrator_needed");
        bob.browser.delete(path).await.expect_problem(403, "administrator_needed");
    }
    bob.browser.get("/auth/admin/groups").await.expect_problem(403, "administrator_needed");
    assert_eq!(texts(&app.database, "select name as text from auth.groups"), ["family"]);
}
