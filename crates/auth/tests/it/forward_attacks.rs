//! Forward auth under attack: what clients and other machines try, to pass or to pass as somebody else.

use reqwest::{Method, header::HeaderName};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::forward::{FORWARDED, app, ask, forwarded, passed_on};

/// Asks for somebody who may pass, with a header added to those of the proxy.
async fn ask_with(ada: &SignedIn, name: &'static str, value: &str) -> Answer {
    let request = forwarded(&ada.browser, &[]).request(Method::GET, "/auth/forward");
    Client::send(request.header(name, value)).await
}

/// Asks for somebody who may pass, with one of the proxy's headers changed.
async fn ask_changed(ada: &SignedIn, name: &'static str, value: &str) -> Answer {
    forwarded(&ada.browser, &[(name, value)]).get("/auth/forward").await
}

#[actix_web::test]
async fn who_is_no_trusted_proxy_gets_no_answer() {
    for trusted in ["", "10.0.0.0/8 192.0.2.0/24"] {
        let app = TestApp::with(|settings| {
            settings.http.trusted_proxies =
                trusted.split_whitespace().map(|network| network.parse().unwrap()).collect();
        });
        let ada = app.register("ada@example.org").await;
        ask(&ada.browser).await.expect_problem(403, "forward_untrusted");
        ask(&app.stranger()).await.expect_problem(403, "forward_untrusted");
    }
}

#[actix_web::test]
async fn an_address_in_x_forwarded_for_makes_nobody_a_proxy() {
    let app = TestApp::with(|settings| {
        settings.http.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    });
    let ada = app.register("ada@example.org").await;
    for claimed in ["10.0.0.1", "1.2.3.4, 10.0.0.1", "10.0.0.1, 127.0.0.1"] {
        let answer = ask_with(&ada, "x-forwarded-for", claimed).await;
        answer.expect_problem(403, "forward_untrusted");
    }
}

#[actix_web::test]
async fn a_proxy_may_ask_for_clients_of_any_address() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for client in ["198.51.100.7", "1.2.3.4, 198.51.100.7", "unknown"] {
        let _ = ask_with(&ada, "x-forwarded-for", client).await.expect(200);
    }
}

#[actix_web::test]
async fn a_client_that_names_itself_is_not_believed() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let _bob = app.register("bob@example.org").await;
    let names = ["remote-user", "remote-email", "remote-name", "remote-groups"];
    let claim = |client: &Client| {
        names.iter().fold(client.clone(), |client, name| client.with_header(name, "bob@example.org"))
    };
    ask(&claim(&app.stranger())).await.expect_problem(401, "credential_missing");
    let client = claim(&ada.browser);
    let seen = passed_on(&client, &ask(&client).await);
    for (name, told) in names.iter().zip(["ada@example.org"; 3].into_iter().chain(["administrator"])) {
        assert_eq!(seen.get_all(*name).iter().collect::<Vec<_>>(), [told], "{name}");
    }
}

#[actix_web::test]
async fn a_header_that_differs_from_ours_in_its_hyphens_is_refused() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for alias in [
        "remote_user",
        "remote.user",
        "remote!user",
        "remote~user",
        "remote+user",
        "remote*user",
        "remote'user",
        "remote_groups",
        "remote.email",
        "remote|name",
        "x_api_key",
        "x-api_key",
        "x_api.key",
    ] {
        let answer = ask_with(&ada, alias, "root").await;
        answer.expect_problem(400, "forward_header_alias");
    }
    for other in
        ["remote-users", "remoteuser", "remote--user", "remote-user-", "x-remote_user", "remote-port"]
    {
        let _ = ask_with(&ada, other, "root").await.expect(200);
    }
}

/// HTTP/1.1 carries the case of names.
#[actix_web::test]
async fn the_case_of_an_alias_does_not_matter() {
    use std::io::{Read, Write};
    let app = app();
    let headers: String = FORWARDED.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    for alias in ["Remote_User", "REMOTE_USER", "Remote.Groups", "rEMOTE_eMAIL"] {
        let mut stream = std::net::TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
        let request = format!(
            "GET /auth/forward HTTP/1.1\r\nHost: auth\r\nConnection: close\r\n{headers}{alias}: root\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("forward_header_alias"), "{answer}");
    }
}

#[actix_web::test]
async fn no_path_opens_a_way_in_or_closes_one() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for uri in [
        "/healthz",
        "/livez",
        "/auth/login",
        "/sign-in",
        "/favicon.ico",
        "/?/healthz",
        "/dash/../admin",
        "/dash/%2e%2e/admin",
        "//admin",
        "///",
        "/admin;x",
        "/ADMIN",
        "/%2Fadmin",
        "/\\admin",
        "/@evil.example",
        "/https://evil.example",
        "/?rd=https://evil.example",
        "/%00",
    ] {
        let changed = [("x-forwarded-uri", uri)];
        let stranger = forwarded(&app.stranger(), &changed).get("/auth/forward").await;
        stranger.expect_problem(401, "credential_missing");
        let _ = ask_changed(&ada, "x-forwarded-uri", uri).await.expect(200);
    }
}

#[actix_web::test]
async fn no_method_opens_a_way_in() {
    let app = app();
    for method in ["GET", "HEAD", "OPTIONS", "POST", "TRACE", "CONNECT", "HEALTHCHECK"] {
        let client = forwarded(&app.stranger(), &[("x-forwarded-method", method)]);
        client.get("/auth/forward").await.expect_problem(401, "credential_missing");
    }
}

#[actix_web::test]
async fn no_name_of_a_program_opens_a_way_in() {
    let app = app();
    for agent in ["kube-probe/1.30", "GoogleHC/1.0", "Traefik", "Prometheus/3.0", "curl/8", ""] {
        let client = app.stranger().with_header("user-agent", agent);
        ask(&client).await.expect_problem(401, "credential_missing");
    }
}

#[actix_web::test]
async fn a_request_that_cannot_be_read_does_not_pass() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (name, values) in [
        ("x-forwarded-method", &["", " ", "GE T", "GET,POST", "G\u{e9}T", "GET/"][..]),
        ("x-forwarded-proto", &["", "ftp", "HTTPS", "https,http", "https:", "javascript"]),
        (
            "x-forwarded-host",
            &[
                "",
                "tool.example.org, evil.example",
                "ada@tool.example.org",
                "evil.example:1@tool.example.org",
                "tool.example.org/",
                "tool.example.org/x",
                "tool.example.org?x",
                "tool.example.org#x",
                "evil.example\\.example.org",
                "tool .example.org",
                "tool%2eexample.org",
                "tool.example.org:x",
                "tool.example.org:99999",
                ":443",
                "[::1",
                "t\u{f6}ol.example.org",
            ],
        ),
        (
            "x-forwarded-uri",
            &[
                "",
                "charts",
                "*",
                "https://tool.example.org/",
                "?x",
                "/%zz",
                "/%",
                "/%4",
                "/?x=%g0",
                "/a b",
                "/a\tb",
                "/#x",
                "/\u{e4}",
            ],
        ),
    ] {
        for value in values {
            let answer = ask_changed(&ada, name, value).await;
            let problem = answer.expect_problem(400, "forward_malformed");
            assert!(problem["detail"].as_str().unwrap().to_ascii_lowercase().contains(name), "{value:?}");
        }
    }
}

#[actix_web::test]
async fn a_long_address_is_refused_in_few_words() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let longest = format!("/{}", "x".repeat(4095));
    let _ = ask_changed(&ada, "x-forwarded-uri", &longest).await.expect(200);
    let answer = ask_changed(&ada, "x-forwarded-uri", &format!("{longest}x")).await;
    answer.expect_problem(400, "forward_malformed");
    assert!(answer.body.len() < 1_000, "{}", answer.body);
    let opening = app.stranger().with_header("accept", "text/html");
    let answer = forwarded(&opening, &[("x-forwarded-uri", &longest)]).get("/auth/forward").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (302, ""));
}

#[actix_web::test]
async fn a_header_that_is_there_twice_does_not_pass() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (name, value) in FORWARDED {
        for second in [value, "evil.example"] {
            ask_with(&ada, name, second).await.expect_problem(400, "forward_malformed");
        }
    }
}

/// `Connection: X-Forwarded-Host` made proxies strip their own header.
#[actix_web::test]
async fn a_header_that_is_missing_does_not_pass() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (missing, _) in FORWARDED {
        let present = FORWARDED.iter().filter(|(name, _)| *name != missing);
        let client =
            present.fold(ada.browser.clone(), |client, (name, value)| client.with_header(name, value));
        client.get("/auth/forward").await.expect_problem(400, "forward_malformed");
    }
    ada.browser.get("/auth/forward").await.expect_problem(400, "forward_malformed");
}

#[actix_web::test]
async fn the_standard_header_forwarded_is_not_read() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    let forged = "for=10.0.0.1;host=evil.example;proto=http";
    let _ = ask_with(&ada, "forwarded", forged).await.expect(200);
    let only = ada.browser.with_header("forwarded", "for=127.0.0.1;host=tool.example.org;proto=https");
    only.get("/auth/forward").await.expect_problem(400, "forward_malformed");
}

#[actix_web::test]
async fn only_hosts_that_share_the_sign_in_are_asked_for() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (name, value, known) in [
        ("x-forwarded-host", "numbers.example.org", true),
        ("x-forwarded-host", "example.org", true),
        ("x-forwarded-host", "TOOL.Example.ORG", true),
        ("x-forwarded-host", "a.b.example.org:443", true),
        ("x-forwarded-host", "evilexample.org", false),
        ("x-forwarded-host", "example.org.evil.example", false),
        ("x-forwarded-host", "example.org.", false),
        ("x-forwarded-host", "org", false),
        ("x-forwarded-host", "127.0.0.1", false),
        ("x-forwarded-host", "[::1]", false),
        ("x-forwarded-host", "tool.example.org:8443", false),
        ("x-forwarded-host", "tool.example.org:80", false),
        ("x-forwarded-proto", "http", false),
        ("x-forwarded-proto", "ws", false),
    ] {
        let answer = ask_changed(&ada, name, value).await;
        if known {
            let _ = answer.expect(200);
        } else {
            answer.expect_problem(403, "forward_host_unknown");
        }
    }
}

#[actix_web::test]
async fn without_a_cookie_domain_only_the_public_host_is_asked_for() {
    let app = TestApp::with(|settings| {
        settings.http.public_url = "https://example.org:8443".into();
        settings.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let ada = app.register("ada@example.org").await;
    let _ = ask_changed(&ada, "x-forwarded-host", "example.org:8443").await.expect(200);
    for other in ["example.org", "tool.example.org:8443", "example.org:443"] {
        let answer = ask_changed(&ada, "x-forwarded-host", other).await;
        answer.expect_problem(403, "forward_host_unknown");
    }
    let without_tls = [("x-forwarded-proto", "http"), ("x-forwarded-host", "example.org:8443")];
    let answer = forwarded(&ada.browser, &without_tls).get("/auth/forward").await;
    answer.expect_problem(403, "forward_host_unknown");
}

#[actix_web::test]
async fn no_answer_repeats_what_a_stranger_wrote() {
    let app = app();
    let ada = app.register("ada@example.org").await;
    for (name, value) in [
        ("x-forwarded-uri", "hunter2"),
        ("x-forwarded-host", "hunter2.example"),
        ("x-forwarded-host", "hunter2@tool.example.org"),
        ("authorization", "Bearer hunter2"),
    ] {
        let client = if name == "authorization" { &app.stranger() } else { &ada.browser };
        let answer = forwarded(client, &[(name, value)]).get("/auth/forward").await;
        let headers: Vec<_> = answer.headers.keys().map(HeaderName::as_str).collect();
        assert!(answer.status.is_client_error() && !answer.body.contains("hunter2"), "{}", answer.body);
        assert!(!headers.contains(&"location"), "{headers:?}");
    }
}
