//! Administering the rules about who may use which tool.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, SignedIn, TestApp};

use crate::{
    forward::app,
    support::{execute, texts},
};

const RULES: &str = "/auth/admin/access-rules";

fn at(rule: &Value) -> String {
    format!("{RULES}/{}", rule["id"].as_str().unwrap())
}

async fn add(ada: &SignedIn, path: &str, audience: &str) -> Value {
    let body = json!({"host": "tool.example.org", "path": path, "audience": audience});
    ada.browser.post(RULES, &body).await.expect(201)
}

async fn order(ada: &SignedIn) -> Vec<String> {
    let rules = ada.browser.get(RULES).await.expect(200);
    let rules = rules["items"].as_array().unwrap();
    rules.iter().map(|rule| rule["path"].as_str().unwrap().to_owned()).collect()
}

async fn check(ada: &SignedIn, url: &str, account: Option<&str>) -> Answer {
    let body = json!({"url": url, "method": "GET", "account": account});
    ada.browser.post(&format!("{RULES}/check"), &body).await
}

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_rule_is_made_changed_and_deleted() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let _ = ada.browser.put("/auth/admin/groups/family", &Value::Null).await.expect(204);
    let made = json!({
        "host": "*.Example.org", "path": "/a%20b/", "methods": ["POST", "GET", "GET"], "audience": "groups",
        "groups": ["family", "administrator", "family"], "second_factor": true,
    });
    let rule = ada.browser.post(RULES, &made).await.expect(201);
    let expected = json!({
        "id": rule["id"], "host": "*.example.org", "path": "/a b", "methods": ["GET", "POST"], "audience": "groups",
        "groups": ["administrator", "family"], "second_factor": true,
    });
    assert_eq!(rule, expected);
    assert_eq!(ada.browser.get(RULES).await.expect(200), json!({"items": [expected]}));
    let changed = json!({"host": "numbers.example.org", "audience": "nobody"});
    let expected = json!({
        "id": rule["id"], "host": "numbers.example.org", "path": "/", "methods": [], "audience": "nobody",
        "groups": [], "second_factor": false,
    });
    assert_eq!(ada.browser.put(&at(&rule), &changed).await.expect(200), expected);
    let _ = ada.browser.delete(&at(&rule)).await.expect(204);
    assert_eq!(ada.browser.get(RULES).await.expect(200), json!({"items": []}));
    ada.browser.delete(&at(&rule)).await.expect_problem(404, "access_rule_not_found");
    ada.browser.put(&at(&rule), &changed).await.expect_problem(404, "access_rule_not_found");
    let events = "select action || ' ' || (detail ->> 'host') as text from auth.audit_events
        where action like '%access_rule' order by id";
    let told = ["create_access_rule *.example.org", "change_access_rule numbers.example.org"];
    assert_eq!(texts(&app.database, events)[..2], told);
    assert_eq!(texts(&app.database, events)[2], "delete_access_rule numbers.example.org");
}

#[actix_web::test]
async fn rules_are_asked_in_the_order_that_they_are_put_in() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let mut rules = Vec::new();
    for path in ["/a", "/b", "/c"] {
        rules.push(add(&ada, path, "signed_in").await);
    }
    assert_eq!(order(&ada).await, ["/a", "/b", "/c"]);
    let ids = |places: &[usize]| json!({"ids": places.iter().map(|place| rules[*place]["id"].clone()).collect::<Vec<_>>()});
    let path = format!("{RULES}/order");
    let _ = ada.browser.put(&path, &ids(&[2, 0, 1])).await.expect(204);
    assert_eq!(order(&ada).await, ["/c", "/a", "/b"]);
    for wrong in [&[2, 0][..], &[2, 0, 1, 1], &[2, 2, 1], &[]] {
        ada.browser.put(&path, &ids(wrong)).await.expect_problem(409, "access_rules_changed");
    }
    let _ = ada.browser.delete(&at(&rules[0])).await.expect(204);
    let _ = add(&ada, "/d", "signed_in").await;
    assert_eq!(order(&ada).await, ["/c", "/b", "/d"]);
    let ordered = "select action as text from auth.audit_events where action = 'order_access_rules'";
    assert_eq!(texts(&app.database, ordered).len(), 1);
}

#[actix_web::test]
async fn a_rule_that_could_not_mean_what_it_says_is_refused() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let host = "tool.example.org";
    for (rule, code) in [
        (json!({"host": "", "audience": "nobody"}), "access_rule_host_invalid"),
        (json!({"host": "tool.example.org:8443", "audience": "nobody"}), "access_rule_host_invalid"),
        (json!({"host": "tool.example.com", "audience": "nobody"}), "host_unknown"),
        (json!({"host": "*.org", "audience": "nobody"}), "host_unknown"),
        (json!({"host": "*.badexample.org", "audience": "nobody"}), "host_unknown"),
        (json!({"host": host, "path": "a", "audience": "nobody"}), "access_rule_path_invalid"),
        (json!({"host": host, "path": "/a/../b", "audience": "nobody"}), "access_rule_path_invalid"),
        (json!({"host": host, "path": "/a%2fb", "audience": "nobody"}), "access_rule_path_invalid"),
        (json!({"host": host, "methods": ["get"], "audience": "nobody"}), "access_rule_methods_invalid"),
        (json!({"host": host, "audience": "friends"}), "word_unknown"),
        (json!({"host": host, "audience": "groups"}), "groups_invalid"),
        (json!({"host": host, "audience": "signed_in", "groups": ["member"]}), "groups_invalid"),
        (json!({"host": host, "audience": "groups", "groups": ["Family"]}), "group_name_invalid"),
        (json!({"host": host, "audience": "groups", "groups": ["family"]}), "group_not_found"),
        (json!({"host": host, "audience": "everybody", "second_factor": true}), "second_factor_invalid"),
        (json!({"host": host, "audience": "nobody", "second_factor": true}), "second_factor_invalid"),
    ] {
        ada.browser.post(RULES, &rule).await.expect_problem(422, code);
    }
    assert_eq!(order(&ada).await, [""; 0]);
}

#[actix_web::test]
async fn without_a_domain_that_shares_the_sign_in_a_rule_is_for_this_host_alone() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let rule = |host: &str| json!({"host": host, "audience": "signed_in"});
    let _ = ada.browser.post(RULES, &rule("localhost")).await.expect(201);
    for host in ["*.localhost", "tool.localhost", "example.org"] {
        ada.browser.post(RULES, &rule(host)).await.expect_problem(422, "host_unknown");
    }
}

#[actix_web::test]
async fn only_an_administrator_has_to_do_with_rules() {
    let app = app();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let rule = add(&ada, "/", "signed_in").await;
    let body = json!({"host": "tool.example.org", "audience": "everybody"});
    bob.browser.get(RULES).await.expect_problem(403, "administrator_needed");
    bob.browser.post(RULES, &body).await.expect_problem(403, "administrator_needed");
    bob.browser.put(&at(&rule), &body).await.expect_problem(403, "administrator_needed");
    bob.browser.delete(&at(&rule)).await.expect_problem(403, "administrator_needed");
    let ids = json!({"ids": [rule["id"]]});
    let answer = bob.browser.put(&format!("{RULES}/order"), &ids).await;
    answer.expect_problem(403, "administrator_needed");
    check(&bob, "https://tool.example.org/", None).await.expect_problem(403, "administrator_needed");
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '1 hour'");
    ada.browser.post(RULES, &body).await.expect_problem(403, "reauthentication_needed");
}

#[actix_web::test]
async fn an_administrator_can_try_out_what_the_rules_say() {
    let app = app();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let (administrator, member) = (id_of(&ada).await, id_of(&bob).await);
    let admin = json!({
        "host": "tool.example.org", "path": "/admin", "audience": "groups", "groups": ["administrator"],
        "second_factor": true,
    });
    let admin = ada.browser.post(RULES, &admin).await.expect(201)["id"].clone();
    let public = add(&ada, "/public", "everybody").await["id"].clone();
    for (path, account, outcome, rule) in [
        ("/admin/x?y#z", None, "sign_in", &admin),
        ("/admin", Some(&member), "refused", &admin),
        ("/%61dmin", Some(&administrator), "second_factor", &admin),
        ("/public", None, "pass", &public),
        ("", None, "sign_in", &Value::Null),
        ("/", Some(&member), "pass", &Value::Null),
        ("/x/../admin", Some(&member), "ambiguous", &Value::Null),
        ("/ADMIN", Some(&member), "ambiguous", &Value::Null),
    ] {
        let url = format!("https://tool.example.org{path}");
        let answer = check(&ada, &url, account.map(String::as_str)).await.expect(200);
        assert_eq!(answer, json!({"outcome": outcome, "rule": rule}), "{url}");
    }
    for url in ["https://tool.example.com/", "http://tool.example.org/", "/admin", ""] {
        check(&ada, url, None).await.expect_problem(422, "url_unknown");
    }
    let nobody = "018f0000-0000-7000-8000-000000000000";
    let answer = check(&ada, "https://tool.example.org/", Some(nobody)).await;
    answer.expect_problem(404, "account_not_found");
}

#[actix_web::test]
async fn two_hundred_rules_are_the_most() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let fill = "insert into auth.access_rules (id, position, host, path, methods, audience, groups, factors)
        select gen_random_uuid(), n, 'tool.example.org', '/' || n, '', 'nobody', '', 1 from generate_series(1, 199) as n";
    execute(&app.database, fill);
    let _ = add(&ada, "/last", "nobody").await;
    let body = json!({"host": "tool.example.org", "audience": "nobody"});
    ada.browser.post(RULES, &body).await.expect_problem(409, "access_rules_too_many");
}
