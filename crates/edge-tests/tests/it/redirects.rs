//! Where a person is sent after signing in: to this site, and nowhere else.

use crate::{
    compose::required,
    raw::{exchange, send},
    stack::Stack,
    tool::NAVIGATION,
};

/// Asks for the way back to `to`, which is sent as it stands.
fn answer_for(stack: &Stack, to: &str) -> (u16, String) {
    let answer = exchange(stack, &format!("GET /auth/return?to={to} HTTP/1.1"), &[NAVIGATION.to_owned()]);
    (answer.status, answer.header("location").to_owned())
}

#[track_caller]
fn assert_refused(stack: &Stack, to: &str) {
    let (status, location) = answer_for(stack, to);
    assert_eq!((status, location.as_str()), (403, ""), "{to}");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_page_that_was_asked_for_is_where_one_gets() {
    for stack in Stack::both().await {
        for path in ["/example/", "/example/a?b=c%26d&e", "/"] {
            let to = format!("{}{path}", stack.url);
            let sent = to.replace('%', "%25").replace('&', "%26");
            assert_eq!(answer_for(&stack, &sent), (303, to));
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_host_is_refused() {
    for stack in Stack::both().await {
        let (scheme, host) = stack.url.split_once("://").expect("an address");
        for to in [
            "https://evil.example".to_owned(),
            format!("{scheme}://evil.example"),
            format!("{scheme}://{host}.evil.example"),
            format!("{scheme}://evil{host}"),
            format!("{scheme}://{host}@evil.example"),
            format!("{scheme}://evil@{host}"),
        ] {
            assert_refused(&stack, &to);
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn an_address_without_a_host_is_refused() {
    for stack in Stack::both().await {
        for to in
            ["//evil.example", "/%5Cevil.example", "/%09/evil.example", "%5C%5Cevil.example", "/example/", ""]
        {
            assert_refused(&stack, to);
        }
        for to in
            ["https:evil.example", "http:evil.example", "https:/evil.example", "https:%5C%5Cevil.example"]
        {
            assert_refused(&stack, to);
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_scheme_is_refused() {
    for stack in Stack::both().await {
        for to in ["javascript:alert(1)", "data:text/html,x", "ftp://localhost/", "file:///etc/passwd"] {
            assert_refused(&stack, to);
        }
        let (scheme, host) = stack.url.split_once("://").expect("an address");
        let other = if scheme == "https" { "http" } else { "https" };
        assert_refused(&stack, &format!("{other}://{host}/example/"));
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_port_is_refused() {
    for stack in Stack::both().await {
        let scheme = stack.url.split(':').next().expect("a scheme");
        for host in ["localhost", "localhost:1", "localhost:443", "localhost:8080"] {
            assert_refused(&stack, &format!("{scheme}://{host}/example/"));
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_line_break_is_refused_and_makes_no_header() {
    for stack in Stack::both().await {
        for end in ["%0d%0aSet-Cookie:%20a=b", "%0aSet-Cookie:a=b", "%0d", "%09", "%20", "%00", "%5C"] {
            let to = format!("{}/example/{end}", stack.url);
            let answer = exchange(&stack, &format!("GET /auth/return?to={to} HTTP/1.1"), &[]);
            assert_eq!(answer.status, 403, "{to}: {answer:?}");
            assert_eq!(answer.header("set-cookie"), "", "{to}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn nobody_is_sent_to_a_host_that_only_the_request_names() {
    for stack in Stack::both().await {
        for host in ["evil.example", "localhost.evil.example", "evil.example:80"] {
            let headers = [format!("Host: {host}"), NAVIGATION.to_owned()];
            let answer = exchange(&stack, "GET /example/ HTTP/1.1", &headers);
            assert_eq!((answer.status, answer.header("location")), (404, ""), "{host}: {answer:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn http_leads_to_the_same_address_over_https() {
    let stack = Stack::https().await;
    let url = required("EDGE_REDIRECT_URL");
    let host = url.trim_start_matches("http://");
    for path in ["/", "/metric?name=a%20b", "/api/v1/query", "//evil.example/"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = send(host, false, &request);
        assert!(matches!(answer.status, 301 | 308), "{path}: {answer:?}");
        assert!(answer.header("location").starts_with(&format!("{}/", stack.url)), "{path}: {answer:?}");
    }
    let request = format!(
        "POST /auth/login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    assert_eq!(send(host, false, &request).status, 308, "a method survives");
}
