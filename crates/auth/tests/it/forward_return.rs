//! The way back to a tool after signing in, which must lead nowhere else.

use tallykeep_test_support::{Answer, TestApp};

use crate::forward::app;

async fn go(app: &TestApp, to: &str) -> Answer {
    let query = reqwest::Url::parse_with_params("http://server/auth/return", [("to", to)]).unwrap();
    app.stranger().get(&format!("/auth/return?{}", query.query().unwrap())).await
}

#[actix_web::test]
async fn a_person_is_sent_on_to_hosts_that_share_the_sign_in() {
    let app = app();
    for (case, to, location) in [
        ("a tool", "https://tool.example.org/charts?a=b%20c#d", "https://tool.example.org/charts?a=b%20c#d"),
        ("the domain itself", "https://example.org", "https://example.org/"),
        ("this server", "https://numbers.example.org/keys", "https://numbers.example.org/keys"),
        ("a host in capitals", "https://TOOL.example.ORG/A", "https://tool.example.org/A"),
        ("the port in figures", "https://tool.example.org:443/", "https://tool.example.org/"),
        ("dots in the path", "https://tool.example.org/a/../b", "https://tool.example.org/b"),
        (
            "an address in the path",
            "https://tool.example.org//evil.example",
            "https://tool.example.org//evil.example",
        ),
    ] {
        let answer = go(&app, to).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, location), "{case}");
        assert_eq!((answer.header("cache-control"), answer.body.as_str()), ("no-store", ""), "{case}");
    }
}

#[actix_web::test]
async fn a_person_is_sent_nowhere_else() {
    let app = app();
    for (case, to) in [
        ("another site", "https://evil"),
        ("another site in full", "https://evil.example/"),
        ("no scheme", "//evil"),
        ("no scheme, own host", "//tool.example.org"),
        ("slash and backslash", "/\\evil"),
        ("slash and tab", "/\t/evil"),
        ("two backslashes", "\\\\evil"),
        ("no slashes", "https:evil"),
        ("no slashes, own host", "https:tool.example.org"),
        ("one slash", "https:/tool.example.org"),
        ("own host as a user", "https://tool.example.org@evil"),
        ("own host as a user with a password", "https://tool.example.org:x@evil.example"),
        ("a user at the own host", "https://ada@tool.example.org"),
        ("own host as a label", "https://tool.example.org.evil"),
        ("own domain as the end of a word", "https://evilexample.org"),
        ("a dot at the end", "https://tool.example.org./"),
        ("backslash before the own host", "https://evil.example\\.example.org"),
        ("backslash and a user", "https://evil.example\\@tool.example.org"),
        ("javascript", "javascript:alert(1)"),
        ("javascript that looks like an address", "javascript://tool.example.org/%0aalert(1)"),
        ("data", "data:text/html,x"),
        ("a line break", "https://tool.example.org/\r\nSet-Cookie: a=b"),
        ("a line break in the scheme", "ht\ntps://tool.example.org"),
        ("a tab in the host", "https://tool\t.example.org"),
        ("a space before", " https://tool.example.org"),
        ("a space behind", "https://tool.example.org "),
        ("a zero byte", "https://tool.example.org\0.evil"),
        ("a scheme without TLS", "http://tool.example.org"),
        ("a scheme without TLS at the port of TLS", "http://tool.example.org:443"),
        ("a socket", "wss://tool.example.org"),
        ("a port that is not the public one", "https://tool.example.org:8443"),
        ("a path", "/charts"),
        ("nothing", ""),
        ("no host", "https://"),
        ("an escaped dot", "https://evil.example%2f.example.org"),
        ("an IP address", "https://127.0.0.1"),
        ("an IPv6 address", "https://[::1]"),
    ] {
        let answer = go(&app, to).await;
        let _ = answer.expect(403);
        assert_eq!(answer.json()["code"], "return_refused", "{case}");
        assert_eq!(answer.header("location"), "", "{case}");
    }
}

#[actix_web::test]
async fn without_a_cookie_domain_a_person_is_sent_to_this_host_alone() {
    let app = TestApp::start();
    assert_eq!(go(&app, "http://localhost:8080/keys").await.header("location"), "http://localhost:8080/keys");
    for other in ["http://localhost", "http://tool.localhost:8080", "http://127.0.0.1:8080"] {
        go(&app, other).await.expect_problem(403, "return_refused");
    }
}

#[actix_web::test]
async fn one_address_is_asked_for_and_no_more() {
    let app = app();
    let twice = "/auth/return?to=https://tool.example.org&to=https://evil.example";
    for path in ["/auth/return", twice, "/auth/return?to=https://tool.example.org&x=y"] {
        app.stranger().get(path).await.expect_problem(400, "query_invalid");
    }
}
