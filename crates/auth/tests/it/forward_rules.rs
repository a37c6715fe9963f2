//! What access rules make of requests to tools.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::{
    forward::{app, ask, forwarded, opening},
    support::execute,
};

const FORBIDDEN: &str = "https://numbers.example.org/forbidden?rd=https%3A%2F%2Ftool.example.org";

async fn add(ada: &SignedIn, rule: Value) {
    let mut body = json!({"host": "tool.example.org"});
    body.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    let _ = ada.browser.post("/auth/admin/access-rules", &body).await.expect(201);
}

async fn ask_for(client: &Client, method: &str, path: &str) -> Answer {
    let changed = [("x-forwarded-method", method), ("x-forwarded-uri", path)];
    forwarded(client, &changed).get("/auth/forward").await
}

/// Puts somebody into a group, which is made for it.
async fn join(app: &TestApp, person: &SignedIn, group: &str) {
    let account = person.browser.get("/auth/account").await.expect(200);
    let id = account["id"].as_str().unwrap();
    execute(&app.database, &format!("insert into auth.groups (name) values ('{group}')"));
    let member =
        format!("insert into auth.group_members (account_id, group_name) values ('{id}', '{group}')");
    execute(&app.database, &member);
}

async fn two(app: &TestApp) -> (SignedIn, SignedIn) {
    (app.register("ada@example.org").await, app.register("bob@example.org").await)
}

#[actix_web::test]
async fn a_rule_opens_a_tool_to_groups_and_roles_only() {
    let app = app();
    let (ada, bob) = two(&app).await;
    let eve = app.register("eve@example.org").await;
    join(&app, &bob, "family").await;
    add(&ada, json!({"audience": "groups", "groups": ["family", "administrator"]})).await;
    for (person, status) in [(&ada, 200), (&bob, 200), (&eve, 403)] {
        assert_eq!(ask(&person.browser).await.status, status);
        let other = forwarded(&person.browser, &[("x-forwarded-host", "other.example.org")]);
        assert_eq!(other.get("/auth/forward").await.status, 200, "it is about one host");
    }
    ask(&eve.browser).await.expect_problem(403, "access_refused");
    ask(&app.stranger()).await.expect_problem(401, "credential_missing");
    let machine = eve.machine(&["tools:access"]).await;
    ask(&machine).await.expect_problem(403, "access_refused");
    assert_eq!(ask(&bob.machine(&["tools:access"]).await).await.status, 200);
}

#[actix_web::test]
async fn whom_a_rule_turns_away_sees_a_page_and_no_json() {
    let app = app();
    let (ada, bob) = two(&app).await;
    add(&ada, json!({"audience": "groups", "groups": ["administrator"]})).await;
    let answer = ask(&opening(&bob.browser)).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (302, ""));
    assert_eq!(answer.header("location"), format!("{FORBIDDEN}%2Fcharts%3Fday%3Dtoday"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = ask(&opening(&app.stranger())).await;
    assert!(answer.header("location").starts_with("https://numbers.example.org/sign-in?rd="), "{answer:?}");
}

#[actix_web::test]
async fn the_first_rule_that_fits_decides_alone() {
    let app = app();
    let (ada, bob) = two(&app).await;
    join(&app, &bob, "family").await;
    add(&ada, json!({"path": "/admin", "audience": "groups", "groups": ["administrator"]})).await;
    add(&ada, json!({"methods": ["POST", "DELETE"], "audience": "groups", "groups": ["family"]})).await;
    add(&ada, json!({"host": "*.example.org", "audience": "signed_in"})).await;
    for (method, path, statuses) in [
        ("GET", "/", (200, 200)),
        ("POST", "/", (403, 200)),
        ("GET", "/admin", (200, 403)),
        ("POST", "/admin/users?x=/", (200, 403)),
        ("GET", "/administration", (200, 200)),
        ("DELETE", "/notes", (403, 200)),
    ] {
        let (first, second) =
            (ask_for(&ada.browser, method, path).await, ask_for(&bob.browser, method, path).await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), statuses, "{method} {path}");
    }
}

#[actix_web::test]
async fn nobody_passes_where_nobody_may() {
    let app = app();
    let (ada, _) = two(&app).await;
    add(&ada, json!({"path": "/internal", "audience": "nobody"})).await;
    let machine = ada.machine(&["tools:access"]).await;
    for client in [&ada.browser, &app.stranger(), &machine, &ada.page] {
        ask_for(client, "GET", "/internal/").await.expect_problem(403, "access_refused");
    }
    let _ = ask_for(&ada.browser, "GET", "/").await.expect(200);
}

#[actix_web::test]
async fn everybody_passes_where_everybody_may_and_the_tool_learns_who_is_signed_in() {
    let app = app();
    let (ada, _) = two(&app).await;
    add(&ada, json!({"path": "/public", "audience": "everybody"})).await;
    let stranger = app.stranger().with_header("cookie", "theme=dark");
    let answer = ask_for(&stranger, "GET", "/public/a").await;
    let _ = answer.expect(200);
    assert_eq!(answer.header("cookie"), "theme=dark");
    for name in ["remote-user", "remote-groups", "x-tallykeep-jwt-assertion"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
    let answer = ask_for(&ada.browser, "GET", "/public/a").await;
    assert_eq!((answer.header("remote-user"), answer.header("cookie")), ("ada@example.org", ""));
    for own in ["Bearer of-the-tool", "Digest username=ada"] {
        let client = app.stranger().with_header("authorization", own);
        let answer = ask_for(&client, "POST", "/public").await;
        assert_eq!((answer.status.as_u16(), answer.header("authorization")), (200, own));
    }
    let key = ada.create_key(&["metrics:read"]).await;
    let answer = ask_for(&app.stranger().with_token(&key), "GET", "/public").await;
    assert_eq!((answer.status.as_u16(), answer.header("authorization")), (200, ""), "it is not the tool's");
    ask_for(&app.stranger(), "GET", "/").await.expect_problem(401, "credential_missing");
}

#[actix_web::test]
async fn what_one_factor_of_two_opens() {
    let app = app();
    let (ada, _) = two(&app).await;
    add(&ada, json!({"audience": "signed_in", "second_factor": true})).await;
    ask(&ada.browser).await.expect_problem(403, "second_factor_needed");
    let answer = ask(&opening(&ada.browser)).await;
    assert_eq!(answer.status, 302);
    let wanted = "rd=https%3A%2F%2Ftool.example.org%2Fcharts%3Fday%3Dtoday";
    assert_eq!(answer.header("location"), format!("https://numbers.example.org/second-factor?{wanted}"));
    let answer = ask(&opening(&app.stranger())).await;
    assert_eq!(answer.header("location"), format!("https://numbers.example.org/sign-in?{wanted}"));
    let machine = ada.machine(&["tools:access"]).await;
    for client in [&machine, &opening(&machine), &ada.page, &opening(&ada.page)] {
        ask(client).await.expect_problem(403, "second_factor_needed");
    }
}

#[actix_web::test]
async fn two_factors_open_to_a_browser_what_they_open_to_no_machine() {
    let app = app();
    let (ada, _) = two(&app).await;
    add(&ada, json!({"audience": "signed_in", "second_factor": true})).await;
    execute(&app.database, "update auth.sessions set methods = 'pwd otp'");
    assert_eq!(ask(&ada.browser).await.header("remote-user"), "ada@example.org");
    ask(&ada.page).await.expect_problem(403, "second_factor_needed");
    let machine = ada.machine(&["tools:access"]).await;
    ask(&machine).await.expect_problem(403, "second_factor_needed");
}

#[actix_web::test]
async fn no_spelling_of_a_path_leads_past_a_rule() {
    let app = app();
    let (ada, bob) = two(&app).await;
    add(&ada, json!({"path": "/admin", "audience": "groups", "groups": ["administrator"]})).await;
    for path in ["/admin", "/admin/", "/admin/x", "/admin?x", "/%61dmin", "/admin/%C3%A4"] {
        ask_for(&bob.browser, "GET", path).await.expect_problem(403, "access_refused");
    }
    for path in [
        "//admin",
        "/./admin",
        "/x/../admin",
        "/x/%2e%2e/admin",
        "/x%2f..%2Fadmin",
        "/x/..%5cadmin",
        "/\\admin",
        "/%2561dmin",
        "/admin;x=y",
        "/admin%3bx",
        "/admin%00",
        "/ADMIN",
        "/%41dmin/x",
        "/admin.",
        "/%c0%afadmin",
    ] {
        for person in [&ada, &bob] {
            ask_for(&person.browser, "GET", path).await.expect_problem(400, "forward_ambiguous");
        }
        let answer = ask_for(&opening(&bob.browser), "GET", path).await;
        assert!(answer.header("location").starts_with(FORBIDDEN), "{path}: {answer:?}");
    }
    let other = [("x-forwarded-host", "other.example.org"), ("x-forwarded-uri", "//x/../y%2fz")];
    let _ = forwarded(&bob.browser, &other).get("/auth/forward").await.expect(200);
}

#[actix_web::test]
async fn no_spelling_of_a_method_leads_past_a_rule() {
    let app = app();
    let (ada, bob) = two(&app).await;
    add(&ada, json!({"methods": ["GET", "DELETE"], "audience": "groups", "groups": ["administrator"]})).await;
    ask_for(&bob.browser, "HEAD", "/").await.expect_problem(403, "access_refused");
    ask_for(&bob.browser, "delete", "/").await.expect_problem(400, "forward_ambiguous");
    let _ = ask_for(&bob.browser, "POST", "/").await.expect(200);
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let client = bob.browser.with_header(name, "DELETE");
        ask_for(&client, "POST", "/").await.expect_problem(400, "forward_ambiguous");
    }
}

#[actix_web::test]
async fn a_rule_that_cannot_be_read_lets_nobody_pass() {
    let app = app();
    let (ada, _) = two(&app).await;
    add(&ada, json!({"audience": "signed_in"})).await;
    execute(&app.database, "update auth.access_rules set path = 'of a later version'");
    ask(&ada.browser).await.expect_problem(500, "internal");
}

#[actix_web::test]
async fn a_key_for_some_metrics_only_opens_no_tool() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for metric_prefix in ["home_", "h"] {
        let body = json!({
            "name": "key", "scopes": ["metrics:read", "tools:access"], "metric_prefix": metric_prefix,
        });
        ada.browser.post("/auth/api-keys", &body).await.expect_problem(422, "scopes_conflict");
    }
    let body = json!({"name": "key", "scopes": ["tools:access"], "metric_prefix": ""});
    let key = ada.browser.post("/auth/api-keys", &body).await.expect(201)["key"].clone();
    // As one that was made before that was refused.
    execute(&app.database, "update auth.api_keys set metric_prefix = 'home_'");
    let machine = app.stranger().with_token(key.as_str().unwrap());
    ask(&machine).await.expect_problem(403, "api_key_confined");
}
