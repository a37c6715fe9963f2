//! A service that is down, and what its absence means to the others.

use reqwest::Method;
use tallykeep_test_support::Client;

use crate::{
    docker::{docker, until},
    headers::assert_secure,
    stack::Stack,
};

/// A path of each service, and what it answers a stranger.
const PATHS: [(&str, &str, u16); 4] = [
    ("auth", "/auth/registration", 200),
    ("ingest", "/ping", 204),
    ("query", "/api/v1/query", 401),
    ("web", "/", 200),
];

/// Kills `service` and waits until what stands in for it answers. For a moment before, Traefik itself says 503.
async fn lose(stack: &Stack, service: &str, path: &str) {
    for id in stack.compose.containers(service) {
        docker(&["kill", &id]);
    }
    let stranger = stack.stranger();
    until("Traefik knows that a service is gone", async || {
        let answer = Client::try_send(stranger.request(Method::GET, path)).await;
        answer.is_some_and(|answer| answer.body.contains("service_unavailable"))
    })
    .await;
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_service_that_is_down_is_answered_503_and_the_others_go_on() {
    let stack = Stack::http_alone().await;
    let stranger = stack.stranger();
    let browser = stranger.with_header("accept", "text/html");
    for (service, path, _) in PATHS {
        lose(&stack, service, path).await;
        let answer = stranger.get(path).await;
        let _ = answer.expect_problem(503, "service_unavailable");
        assert!(!answer.header("retry-after").is_empty(), "{service}: {answer:?}");
        assert_secure(&stack, service, &answer);
        let page = browser.get(path).await;
        assert_eq!(page.status, 503, "{service}");
        assert!(page.header("content-type").starts_with("text/html"), "{service}: {page:?}");
        assert_secure(&stack, service, &page);
        for (other, path, status) in PATHS.into_iter().filter(|(other, ..)| *other != service) {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, status, "{other} without {service}: {answer:?}");
        }
        stack.up_with(&[]).await;
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn without_auth_nobody_gets_to_a_tool() {
    let stack = Stack::http_alone().await;
    let person = stack.register().await;
    lose(&stack, "auth", "/auth/registration").await;
    for client in [person.signed_in.browser, stack.stranger()] {
        let answer = client.get("/example/").await;
        assert!(answer.status.is_server_error(), "{answer:?}");
    }
}
