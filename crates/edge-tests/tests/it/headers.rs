//! What every answer tells a browser, whoever it comes from.

use reqwest::header::HeaderMap;
use tallykeep_test_support::{Answer, Client};

use crate::{compose::required, stack::Stack};

/// Asserts that `answer` carries what protects a browser, and nothing on what it was made with.
#[track_caller]
pub(crate) fn assert_secure(stack: &Stack, what: &str, answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}: {answer:?}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{what}: {answer:?}");
    assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{what}: {answer:?}");
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}: {answer:?}");
    let promise = answer.header("strict-transport-security");
    assert_eq!(promise, if stack.is_secure() { "max-age=31536000" } else { "" }, "{what}: {answer:?}");
    for name in ["server", "x-powered-by", "via"] {
        assert!(!answer.headers.contains_key(name), "{what}: {answer:?}");
    }
    assert_each_once(what, &answer.headers);
}

/// The services set some of them too. Twice, with two values, they would be nobody's.
#[track_caller]
fn assert_each_once(what: &str, headers: &HeaderMap) {
    for name in headers.keys() {
        assert_eq!(headers.get_all(name).iter().count(), 1, "{what}: {name}");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn every_kind_of_answer_has_the_headers_against_misuse() {
    for stack in Stack::both().await {
        let stranger = stack.stranger();
        let browser = stranger.with_header("accept", "text/html");
        let person = stack.register().await;
        for (what, client, path, status) in [
            ("a page", &browser, "/", 200),
            ("a document", &browser, "/docs/", 200),
            ("an answer of the API", &stranger, "/auth/registration", 200),
            ("an empty answer", &stranger, "/ping", 204),
            ("a refusal", &stranger, "/api/v1/query?metric=x", 401),
            ("a page that is not there", &stranger, "/nothing", 404),
            ("a route that is not there", &stranger, "/api/v1/nothing", 404),
            ("a redirect", &browser, "/example/", 302),
            ("a refusal in place of a tool", &stranger, "/example/", 401),
            ("a tool", &person.signed_in.browser, "/example/", 200),
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            assert_secure(&stack, what, &answer);
        }
        let too_large = stranger.post_bytes("/auth/login", vec![b' '; 70_000]).await;
        assert_eq!(too_large.status, 413);
        assert_secure(&stack, "a refusal of Traefik's own", &too_large);
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_page_runs_nothing_that_is_not_its_own() {
    for stack in Stack::both().await {
        let answer = stack.stranger().with_header("accept", "text/html").get("/").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_way_from_http_to_https_is_bare_of_promises_that_http_cannot_keep() {
    let _turn = Stack::https().await;
    let answer = Client::new(&required("EDGE_REDIRECT_URL")).get("/").await;
    assert_eq!(answer.header("strict-transport-security"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_session_is_a_cookie_that_only_the_browser_and_this_host_see() {
    for stack in Stack::both().await {
        let body = serde_json::json!({"email": format!("{}@example.org", uuid::Uuid::now_v7()),
            "password": "correct horse battery staple"});
        let answer = stack.stranger().post("/auth/register", &body).await;
        let cookie = answer.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert_eq!(cookie.contains("Secure"), stack.is_secure(), "{cookie}");
        assert_eq!(cookie.starts_with("__Host-tallykeep_session="), stack.is_secure(), "{cookie}");
    }
}
