//! Another tool behind Tallykeep's sign-in, by the browser and by programs.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn};

use crate::{
    person::{Person, session_cookie},
    stack::Stack,
    tool::values,
};

const PAGE: &str = "/example/charts?day=today&x=%26";

fn headers_of(seen: &Value, name: &str) -> Vec<String> {
    values(seen, name).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_browser_signs_in_and_gets_where_it_wanted() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let browser =
            stack.stranger().with_header("accept", "text/html").with_header("sec-fetch-mode", "navigate");
        let wanted = format!("{}{PAGE}", stack.url);

        let answer = browser.get(PAGE).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let path = answer.header("location").strip_prefix(&stack.url).expect("the page is at the same host");
        assert!(path.starts_with("/sign-in?rd="), "{path}");
        assert_eq!(browser.get(path).await.status, 200, "the page opens");

        let credentials = json!({"email": person.email, "password": SignedIn::PASSWORD});
        let answer = browser.post("/auth/login", &credentials).await;
        let _ = answer.expect(200);
        let browser = browser.with_header("cookie", &session_cookie(&answer));
        let answer = browser.get(&path.replace("/sign-in?rd=", "/auth/return?to=")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, wanted.as_str()), "{answer:?}");

        let seen = browser.get(PAGE).await.expect(200);
        assert_eq!(seen["uri"], PAGE);
        assert_told(&seen, &person);
    }
}

/// Asserts that the tool learnt who it is, and nothing by which it could pass as them.
#[track_caller]
fn assert_told(seen: &Value, person: &Person) {
    for name in ["remote-user", "remote-email", "remote-name"] {
        assert_eq!(values(seen, name), [person.email.as_str()], "{name}: {seen}");
    }
    assert_eq!(values(seen, "remote-groups").len(), 1, "{seen}");
    let secret = person.cookie.split_once('=').expect("a cookie").1;
    let all = seen.to_string();
    assert!(!all.contains(secret) && !all.contains("tallykeep_session") && !all.contains("tk_"), "{all}");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_tool_keeps_its_own_cookies_and_credentials() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let client = stack
            .stranger()
            .with_header("cookie", &format!("theme=dark; {}; tool_session=1", person.cookie))
            .with_header("authorization", "Basic dG9vbDpvd24=")
            .with_header("x-api-key", "the tool's own");
        let seen = client.get("/example/").await.expect(200);
        assert_told(&seen, &person);
        assert_eq!(headers_of(&seen, "cookie"), ["theme=dark; tool_session=1"]);
        assert_eq!(headers_of(&seen, "authorization"), ["Basic dG9vbDpvd24="]);
        assert_eq!(headers_of(&seen, "x-api-key"), ["the tool's own"]);
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_program_is_refused_in_its_own_language() {
    for stack in Stack::both().await {
        let program = stack.stranger().with_header("accept", "application/json");
        let script =
            stack.stranger().with_header("accept", "text/html").with_header("sec-fetch-mode", "cors");
        for client in [program, script] {
            let answer = client.get(PAGE).await;
            let _ = answer.expect_problem(401, "credential_missing");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
            assert_eq!(answer.header("location"), "");
        }
    }
}

/// Asks for the tool with `key` in each way that there is.
async fn present(stranger: &Client, key: &str) -> Vec<(&'static str, Answer)> {
    let basic = stranger.request(Method::GET, "/example/").basic_auth("anybody", Some(key));
    vec![
        ("Bearer", stranger.with_token(key).get("/example/").await),
        ("Basic", Client::send(basic).await),
        ("X-API-Key", stranger.with_header("x-api-key", key).get("/example/").await),
    ]
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_key_for_tools_gets_in_and_stays_outside_of_the_tool() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let key = person.signed_in.create_key(&["tools:access"]).await;
        for (way, answer) in present(&stack.stranger(), &key).await {
            let seen = answer.expect(200);
            assert_told(&seen, &person);
            for name in ["authorization", "x-api-key"] {
                assert!(values(&seen, name).is_empty(), "{way}: {seen}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_key_for_something_else_does_not_get_in() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let key = person.signed_in.create_key(&["metrics:read", "metrics:write"]).await;
        for (_, answer) in present(&stack.stranger(), &key).await {
            let _ = answer.expect_problem(403, "scope_insufficient");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn who_has_signed_out_is_out_of_the_tool_at_once() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let browser = &person.signed_in.browser;
        let _ = browser.get("/example/").await.expect(200);
        let _ = browser.post("/auth/logout", &Value::Null).await.expect(204);
        let _ = browser.get("/example/").await.expect_problem(401, "credential_missing");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_tool_reaches_neither_the_services_nor_the_database() {
    let stack = Stack::http().await;
    let tool = stack
        .compose
        .inspect()
        .into_iter()
        .find(|container| container["Config"]["Labels"]["com.docker.compose.service"] == "example");
    let networks = tool.expect("the tool runs")["NetworkSettings"]["Networks"].clone();
    let names: Vec<_> = networks.as_object().expect("networks").keys().cloned().collect();
    assert_eq!(names, [format!("{}_tools", stack.compose.project())]);
}
