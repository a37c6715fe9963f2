//! Which service a path leads to, and which paths lead to none.

use reqwest::Method;
use serde_json::Value;
use tallykeep_test_support::{Answer, Client};

use crate::{
    compose::request_id,
    docker::{root, until},
    raw::exchange,
    stack::Stack,
};

/// What Traefik asks for itself, and no client.
const NOT_ROUTED: &str = "/auth/forward";

/// Every operation of the document of `service`, with something in place of each parameter.
fn operations(service: &str) -> Vec<(Method, String)> {
    let file = root().join(format!("openapi/{service}.json"));
    let text = std::fs::read_to_string(file).expect("the document is there");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let filled = path
            .replace("{id}", "1")
            .replace("{account}", "1")
            .replace("{client}", "1")
            .replace("{name}", "family")
            .replace("{date}", "2026-01-01");
        assert!(!filled.contains('{'), "the walk does not know a parameter of {path}");
        for method in methods.as_object().expect("methods").keys() {
            operations.push((method.to_uppercase().parse().expect("a method"), filled.clone()));
        }
    }
    operations.retain(|(_, path)| path != NOT_ROUTED);
    operations
}

/// Waits until `service` has logged each of `answers`.
async fn assert_answered_by(stack: &Stack, service: &str, answers: &[(String, Answer)]) {
    let mut missing = Vec::new();
    until(&format!("the lines of {service}"), async || {
        let lines = stack.compose.requests(service);
        let ids: Vec<_> = lines.iter().filter_map(request_id).collect();
        missing =
            answers.iter().filter(|(_, answer)| !ids.contains(&answer.header("x-request-id"))).collect();
        missing.is_empty()
    })
    .await;
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn every_operation_reaches_its_own_service() {
    for stack in Stack::both().await {
        let stranger = stack.stranger();
        for service in ["auth", "ingest", "query"] {
            let mut answers = Vec::new();
            for (method, path) in operations(service) {
                let name = format!("{method} {path}");
                let answer = Client::send(stranger.request(method, &path)).await;
                assert!(!answer.body.contains("route_not_found"), "{name}: {answer:?}");
                assert!(!matches!(answer.status.as_u16(), 405 | 502..), "{name}: {answer:?}");
                answers.push((name, answer));
            }
            assert!(answers.len() > 2, "{service} has more operations than that");
            assert_answered_by(&stack, service, &answers).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_name_that_only_begins_alike_is_no_neighbour_s() {
    for stack in Stack::both().await {
        for (path, service) in [
            ("/apifoo", "web"),
            ("/authx", "web"),
            ("/auth", "web"),
            ("/api/v1x", "web"),
            ("/api/v1", "web"),
            ("/api/v2/writex", "web"),
            ("/api/v2", "web"),
            ("/writex", "web"),
            ("/pingx", "web"),
            ("/.well-knownx", "web"),
            ("/examplex", "web"),
            ("/internal/introspect", "web"),
            ("/api/v1/queryx", "ingest"),
            ("/api/v1/query/x", "ingest"),
            ("/api/v1/exportx", "ingest"),
            ("/api/v1/seriesx", "ingest"),
        ] {
            let answer = stack.stranger().get(path).await;
            let _ = answer.expect_problem(404, "route_not_found");
            assert_answered_by(&stack, service, &[(path.to_owned(), answer)]).await;
        }
    }
}

/// The question of the other services about a key. Traefik has no business with it, and neither has a client.
#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn what_services_ask_each_other_cannot_be_asked_from_outside() {
    for stack in Stack::both().await {
        for path in [
            "/internal/introspect",
            "//internal/introspect",
            "/auth/../internal/introspect",
            "/auth/%2e%2e/internal/introspect",
            "/auth/.%2e/internal/introspect",
            "/auth/..%2finternal/introspect",
            "/auth/%2e%2e%2finternal%2fintrospect",
            "/auth/..;/internal/introspect",
            "/auth//../internal/introspect",
            "/auth/./../internal/introspect",
            "/auth/..%5cinternal/introspect",
            "/.well-known/../internal/introspect",
            "/api/v1/../../internal/introspect",
            "/internal%2fintrospect",
            "/%69nternal/introspect",
            "/INTERNAL/introspect",
            "/internal/introspect/",
            "/internal/introspect?/auth/",
            "http://auth:8080/internal/introspect",
        ] {
            let headers = ["Content-Length: 2", "Content-Type: application/json"].map(str::to_owned);
            let request = format!("POST {path} HTTP/1.1");
            let answer = exchange(&stack, &request, &[&headers[..], &["\r\n{}".to_owned()]].concat());
            assert!(matches!(answer.status, 400 | 404 | 405), "{path}: {answer:?}");
            let reached = stack.compose.request("auth", answer.header("x-request-id"));
            // A path that auth sees may hold the words; the route it must not be.
            let routed = reached.is_some_and(|line| !line["span"]["http.route"].is_null());
            assert!(!routed, "{path}: {answer:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn only_traefik_is_published_and_only_for_clients() {
    for stack in Stack::both().await {
        let mut published = Vec::new();
        for container in stack.compose.inspect() {
            let service = container["Config"]["Labels"]["com.docker.compose.service"].clone();
            let ports = container["NetworkSettings"]["Ports"].as_object().expect("ports").clone();
            let open = ports
                .into_iter()
                .filter(|(_, bindings)| bindings.as_array().is_some_and(|all| !all.is_empty()));
            for (port, bindings) in open {
                published.push(format!("{} {port}", service.as_str().expect("a name")));
                let loopback =
                    bindings.as_array().expect("a list").iter().all(|one| one["HostIp"] == "127.0.0.1");
                assert!(loopback || stack.is_secure(), "{service} {port}: {bindings}");
            }
        }
        published.sort();
        let expected: &[&str] =
            if stack.is_secure() { &["traefik 8080/tcp", "traefik 8443/tcp"] } else { &["traefik 8080/tcp"] };
        assert_eq!(published, expected);
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_metrics_of_a_service_are_not_routed_to() {
    for stack in Stack::both().await {
        for path in
            ["/metrics", "/dashboard/", "/api/rawdata", "/debug/pprof/", "/livez", "/readyz", "/ping/"]
        {
            let answer = stack.stranger().get(path).await;
            assert_eq!(answer.status, 404, "{path}: {answer:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn traefik_may_list_containers_and_read_nothing_in_them() {
    let stack = Stack::http().await;
    let docker = Client::new(&format!("http://{}:2375", stack.compose.address("socket-proxy", "socket")));
    let container = &stack.compose.containers("auth")[0];
    let secret = format!("/containers/{container}/archive?path=/run/secrets/master-secret");
    for path in ["/_ping", "/version", "/containers/json", "/v1.41/containers/json"] {
        assert_eq!(docker.get(path).await.status, 200, "{path}");
    }
    assert_eq!(docker.get(&format!("/containers/{container}/json")).await.status, 200);
    for path in [
        secret.as_str(),
        &format!("/v1.41{secret}"),
        &secret.replace("/archive", "%2Farchive"),
        &format!("/containers/{container}/json/../archive?path=/run/secrets/master-secret"),
        &format!("/containers/{container}/logs?stdout=1"),
        &format!("/containers/{container}/export"),
        "/images/json",
        "/info",
    ] {
        assert_eq!(docker.get(path).await.status, 403, "{path}");
    }
    assert_eq!(docker.post_bytes(&format!("/containers/{container}/stop"), Vec::new()).await.status, 403);
}
