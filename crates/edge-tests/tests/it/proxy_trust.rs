//! What a client says of itself and of its request, and that none of it is believed. The tool shows what came through.

use serde_json::Value;

use crate::{
    person::Person,
    raw::{RawAnswer, exchange, send},
    stack::Stack,
    tool::{IDENTITY, NAVIGATION, expect_seen, open, seen, values},
};

/// Both installations, with somebody signed in at each.
async fn installations() -> Vec<(Stack, Person)> {
    let mut all = Vec::new();
    for stack in Stack::both().await {
        let person = stack.register().await;
        all.push((stack, person));
    }
    all
}

/// The tool's first page, asked for by `person` with more lines of headers.
fn open_as(stack: &Stack, person: &Person, lines: &[&str]) -> RawAnswer {
    let cookie = format!("Cookie: {}", person.cookie);
    let lines = lines.iter().map(|line| (*line).to_owned());
    open(stack, &lines.chain([cookie]).collect::<Vec<_>>())
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// The names of what the tool saw that are one of `IDENTITY`, whatever stands between their words.
fn identities(seen: &Value) -> Vec<String> {
    let names = seen["headers"].as_object().expect("headers").keys();
    let hyphens = |name: &String| name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    names.filter(|name| IDENTITY.contains(&hyphens(name).as_str())).cloned().collect()
}

/// Asserts that the tool saw `person` and nobody else.
#[track_caller]
fn assert_is(seen: &Value, person: &Person) {
    let mut names = identities(seen);
    names.sort();
    let mut expected = IDENTITY;
    expected.sort_unstable();
    assert_eq!(names, expected, "{seen}");
    for name in &IDENTITY[..3] {
        assert_eq!(values(seen, name), [person.email.as_str()], "{name}");
    }
    assert_eq!(values(seen, "remote-groups").len(), 1);
}

/// Asserts that what somebody asked who is not signed in did not get through.
#[track_caller]
fn assert_refused(answer: &RawAnswer, asked: &str) {
    assert!(seen(answer).is_none(), "{asked}: {answer:?}");
    assert!(!(200..300).contains(&answer.status), "{asked}: {answer:?}");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn who_comes_past_the_proxy_is_not_believed() {
    let stack = Stack::http().await;
    let person = stack.register().await;
    let past = format!("{}:8080", stack.compose.address("auth", "internal"));
    let request = format!(
        "GET /auth/forward HTTP/1.1\r\nHost: auth\r\nConnection: close\r\nX-Forwarded-Method: GET\r\n\
         X-Forwarded-Proto: http\r\nX-Forwarded-Host: {}\r\nX-Forwarded-Uri: /example/\r\n\
         X-Forwarded-For: 10.213.65.2\r\nCookie: {}\r\n\r\n",
        stack.host(),
        person.cookie
    );
    let answer = send(&past, false, &request);
    assert_eq!((answer.status, &answer.json()["code"]), (403, &"forward_untrusted".into()), "{answer:?}");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_client_cannot_ask_what_the_proxy_asks() {
    for (stack, person) in installations().await {
        for path in ["/auth/forward", "/auth//forward", "/auth/./forward", "/x/../auth/forward"] {
            let headers = lines(&[
                "X-Forwarded-Method: GET",
                "X-Forwarded-Uri: /example/",
                &format!("Cookie: {}", person.cookie),
            ]);
            let answer = exchange(&stack, &format!("GET {path} HTTP/1.1"), &headers);
            assert!(matches!(answer.status, 301 | 308 | 404), "{path}: {answer:?}");
            assert_eq!(answer.header("remote-user"), "", "{path}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_name_that_a_client_gives_itself_never_reaches_the_tool() {
    for (stack, person) in installations().await {
        let claims = [
            "Remote-User: root",
            "Remote-Email: root@x.org",
            "Remote-Name: root",
            "Remote-Groups: admins",
            "X-Tallykeep-Jwt-Assertion: a.b.c",
        ];
        let twice: Vec<_> = claims.iter().chain(&claims).copied().collect();
        for claims in [&claims[..], &twice] {
            assert_is(&expect_seen(&open_as(&stack, &person, claims)), &person);
            assert_refused(&open(&stack, &lines(claims)), "a stranger with a name");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn no_spelling_of_a_name_reaches_the_tool() {
    for (stack, person) in installations().await {
        for name in [
            "Remote_User",
            "REMOTE-USER",
            "REMOTE_USER",
            "remote.user",
            "Remote.User",
            "Remote_Groups",
            "Remote!User",
            "Remote~User",
            "Remote+Email",
            "Remote*Name",
            "Remote'User",
            "X_API_Key",
        ] {
            let claim = format!("{name}: root");
            let answer = open_as(&stack, &person, &[&claim]);
            assert!(!answer.body.contains("root"), "{name}: {answer:?}");
            if let Some(seen) = seen(&answer) {
                assert_is(&seen, &person);
            } else {
                assert_eq!(answer.status, 400, "{name}: {answer:?}");
            }
            assert_refused(&open(&stack, &[claim]), name);
        }
    }
}

/// Not one of ours, but tools exist that read it.
#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_dotted_name_never_reaches_the_tool() {
    for (stack, person) in installations().await {
        let answer = open_as(&stack, &person, &["X.Remote.User: root", "X_Remote_User: root"]);
        assert!(!answer.body.contains("root"), "{answer:?}");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_path_in_x_forwarded_uri_opens_nothing() {
    for (stack, person) in installations().await {
        let real = format!("{}/example/", stack.url);
        for path in ["/healthz", "/livez", "/auth/login", "/sign-in", "/"] {
            let claim = format!("X-Forwarded-Uri: {path}");
            let headers = lines(&[NAVIGATION, &claim, &claim.replace("Uri", "Path")]);
            assert_sent_to_sign_in(&open(&stack, &headers), &real);
            assert_refused(&open(&stack, std::slice::from_ref(&claim)), path);
            let _ = expect_seen(&open_as(&stack, &person, &[&claim]));
        }
    }
}

/// Asserts that a browser is sent to sign in, and afterwards to `real`.
#[track_caller]
fn assert_sent_to_sign_in(answer: &RawAnswer, real: &str) {
    assert_eq!(answer.status, 302, "{answer:?}");
    let (page, query) = answer.header("location").split_once("?rd=").expect("it says where to go afterwards");
    let origin = real.split('/').take(3).collect::<Vec<_>>().join("/");
    assert_eq!(page, format!("{origin}/sign-in"));
    assert_eq!(query.replace("%3A", ":").replace("%2F", "/"), real);
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_method_in_x_forwarded_method_changes_nothing() {
    for (stack, person) in installations().await {
        let claim =
            ["X-Forwarded-Method: GET", "X-HTTP-Method-Override: GET", NAVIGATION, "Content-Length: 0"];
        let answer = exchange(&stack, "POST /example/ HTTP/1.1", &lines(&claim));
        assert_eq!(answer.status, 401, "a form cannot be sent again after a redirect: {answer:?}");
        let cookie = format!("Cookie: {}", person.cookie);
        let claim = ["X-Forwarded-Method: GET", "Content-Length: 0", &cookie];
        let seen = expect_seen(&exchange(&stack, "POST /example/ HTTP/1.1", &lines(&claim)));
        assert_eq!(seen["method"], "POST");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn neither_query_nor_fragment_opens_a_way_in() {
    for stack in Stack::both().await {
        for rest in
            ["?/healthz", "?x=/livez", "?rd=/sign-in", "#/sign-in", "?a#/livez", "?&&=", "?%2F..%2Flivez"]
        {
            let answer = exchange(&stack, &format!("GET /example/{rest} HTTP/1.1"), &[]);
            assert_refused(&answer, rest);
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn no_program_is_let_in_by_its_name() {
    for stack in Stack::both().await {
        for agent in [
            "kube-probe/1.32",
            "GoogleHC/1.0",
            "ELB-HealthChecker/2.0",
            "Prometheus/3.0",
            "Traefik/3.7",
            "curl",
            "",
        ] {
            let answer = open(&stack, &[format!("User-Agent: {agent}")]);
            assert_eq!(answer.status, 401, "{agent}: {answer:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn what_cannot_be_read_is_refused() {
    for (stack, person) in installations().await {
        let cookie = format!("Cookie: {}", person.cookie);
        for path in
            ["/example/%zz", "/example/%", "/example/%2", "/example/\u{1}", "/example/\u{7f}", "example/"]
        {
            let answer = exchange(&stack, &format!("GET {path} HTTP/1.1"), std::slice::from_ref(&cookie));
            assert_eq!(answer.status, 400, "{path:?}: {answer:?}");
        }
        for host in ["Host:", "Host: ", "Host: a b", "Host: localhost/x", "Host: user@localhost"] {
            let answer = open(&stack, &[host.to_owned(), cookie.clone()]);
            assert!(matches!(answer.status, 400 | 404), "{host}: {answer:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_host_or_a_scheme_that_a_client_names_does_not_count() {
    for (stack, person) in installations().await {
        let real = format!("{}/example/", stack.url);
        let claims = [
            vec!["X-Forwarded-Host: evil.example"],
            vec!["X-Forwarded-Host: evil.example", "X-Forwarded-Host: localhost"],
            vec!["X-Forwarded-Host: evil.example, localhost"],
            vec!["X-Forwarded-Proto: javascript", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1"],
            vec!["X-Forwarded-Prefix: //evil.example", "X-Forwarded-Server: evil.example"],
        ];
        for claims in claims {
            let mut headers = lines(&claims);
            headers.push(NAVIGATION.to_owned());
            assert_sent_to_sign_in(&open(&stack, &headers), &real);
            let seen = expect_seen(&open_as(&stack, &person, &claims));
            assert_eq!(values(&seen, "x-forwarded-host"), [stack.host()], "{claims:?}");
            let proto = if stack.is_secure() { "https" } else { "http" };
            assert_eq!(values(&seen, "x-forwarded-proto"), [proto], "{claims:?}");
            assert!(!seen["headers"].to_string().contains("evil"), "{claims:?}: {seen}");
        }
        let two = [format!("Host: {}", stack.host()), "Host: evil.example".to_owned()];
        assert_eq!(open(&stack, &two).status, 400);
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn connection_takes_no_header_away_that_the_verdict_rests_on() {
    for (stack, person) in installations().await {
        for name in ["Host", "Proto", "Method", "Uri", "For"].map(|name| format!("X-Forwarded-{name}")) {
            let connection = format!("Connection: close, {name}");
            assert_refused(&open(&stack, std::slice::from_ref(&connection)), &name);
            assert_is(&expect_seen(&open_as(&stack, &person, &[&connection])), &person);
        }
        for name in ["Remote-User", "Remote-Groups", "Cookie", "Authorization"] {
            let connection = format!("Connection: close, {name}");
            assert_refused(&open(&stack, std::slice::from_ref(&connection)), name);
            let answer = open_as(&stack, &person, &[&connection]);
            if let Some(seen) = seen(&answer) {
                assert_is(&seen, &person);
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn forwarded_is_neither_believed_nor_passed_on() {
    for (stack, person) in installations().await {
        let claim = "Forwarded: for=1.2.3.4;host=evil.example;proto=https";
        assert_sent_to_sign_in(
            &open(&stack, &lines(&[NAVIGATION, claim])),
            &format!("{}/example/", stack.url),
        );
        let seen = expect_seen(&open_as(&stack, &person, &[claim]));
        assert!(values(&seen, "forwarded").is_empty(), "{seen}");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_client_cannot_choose_its_address() {
    for stack in Stack::both().await {
        let own = stack.address_of_this_machine().await;
        for claim in ["1.2.3.4", "1.2.3.4, 5.6.7.8", &format!("1.2.3.4, {own}"), "10.213.65.2", "unknown"] {
            let headers = [("x-forwarded-for", claim), ("x-real-ip", claim)];
            for (service, path) in [
                ("auth", "/auth/registration"),
                ("query", "/api/v1/query"),
                ("ingest", "/ping"),
                ("web", "/"),
            ] {
                assert_eq!(stack.client_address(service, path, &headers).await, own, "{service}: {claim}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn no_spelling_of_a_path_changes_the_verdict() {
    for (stack, person) in installations().await {
        let cookie = format!("Cookie: {}", person.cookie);
        for path in [
            "/sign-in/../example/",
            "/auth/../example/",
            "/sign-in/%2e%2e/example/",
            "/x/..%2fexample/",
            "//example/",
            "///example//",
            "/./example/",
            "/example/;x",
            "/example;x/",
            "/EXAMPLE/",
            "/%2Fexample/",
            "/%65xample/",
            "/example/%2e%2e/",
            "/example/../",
            "/example/..;/",
            "/example/%00",
            "/\\example/",
            "/example%2F",
        ] {
            let request = format!("GET {path} HTTP/1.1");
            // The page may answer a path that is not the tool's; the tool may not.
            assert!(seen(&exchange(&stack, &request, &[])).is_none(), "{path}");
            let answer = exchange(&stack, &request, std::slice::from_ref(&cookie));
            if let Some(seen) = seen(&answer) {
                assert!(
                    seen["uri"].as_str().is_some_and(|uri| uri.starts_with("/example/")),
                    "{path}: {seen}"
                );
                assert_is(&seen, &person);
            }
        }
    }
}
