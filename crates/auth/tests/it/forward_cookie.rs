//! The session cookie of a domain whose hosts share the sign-in.

use tallykeep_auth::{AuthSettings, State};
use tallykeep_database::{PoolSettings, connect};
use tallykeep_test_support::{MASTER_SECRET, TestApp};

use crate::support::{cookie, registration};

fn parts(set_cookie: &str) -> Vec<&str> {
    set_cookie.split("; ").skip(1).collect()
}

#[actix_web::test]
async fn with_a_domain_the_cookie_is_for_all_of_its_hosts_and_https_alone() {
    let app = TestApp::with(|settings| {
        settings.http.public_url = "https://numbers.example.org".into();
        settings.auth.cookie_domain = Some("Example.org".to_owned());
    });
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    assert!(cookie(&answer).starts_with("__Secure-tallykeep_session="), "{answer:?}");
    let parts = parts(answer.header("set-cookie"));
    for part in ["Domain=example.org", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(parts.contains(&part), "{part} is not in {parts:?}");
    }
    let browser = app.stranger().with_header("cookie", cookie(&answer));
    let goodbye = browser.with_header("sec-fetch-site", "same-origin").post("/auth/logout", &().into()).await;
    let goodbye = goodbye.header("set-cookie").to_owned();
    assert!(goodbye.starts_with("__Secure-tallykeep_session=;") && goodbye.contains("Domain=example.org"));
}

#[actix_web::test]
async fn with_a_domain_the_cookie_of_one_host_is_no_session() {
    let app = TestApp::with(|settings| {
        settings.http.public_url = "https://numbers.example.org".into();
        settings.auth.cookie_domain = Some("example.org".to_owned());
    });
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    for other in ["__Host-", ""] {
        let browser = app.stranger().with_header("cookie", &cookie(&answer).replace("__Secure-", other));
        browser.get("/auth/account").await.expect_problem(401, "session_missing");
    }
}

#[actix_web::test]
async fn without_https_a_domain_is_shared_by_a_plain_cookie() {
    let app = TestApp::with(|settings| {
        settings.http.public_url = "http://numbers.home.arpa".into();
        settings.auth.cookie_domain = Some("home.arpa".to_owned());
    });
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    assert!(cookie(&answer).starts_with("tallykeep_session="), "{answer:?}");
    let parts = parts(answer.header("set-cookie"));
    assert!(parts.contains(&"Domain=home.arpa") && !parts.contains(&"Secure"), "{parts:?}");
}

#[test]
fn a_domain_that_cannot_be_shared_stops_the_start() {
    let build = |public_url: &str, domain: &str| {
        let settings = AuthSettings {
            secret: Some(MASTER_SECRET.into()),
            cookie_domain: Some(domain.to_owned()),
            ..AuthSettings::default()
        };
        let pool = connect(&PoolSettings::new("postgres://nobody@127.0.0.1:1/none".into())).unwrap();
        State::build(&settings, public_url, pool).map(|_| ()).map_err(|error| error.to_string())
    };
    for (public_url, domain) in [
        ("http://numbers.example.org", ".example.org"),
        ("http://numbers.example.org", "example.org."),
        ("http://numbers.example.org", "org"),
        ("http://numbers.example.org", ""),
        ("http://numbers.example.org", "example..org"),
        ("http://numbers.example.org", "*.example.org"),
        ("http://numbers.example.org", "example.org:80"),
        ("http://numbers.example.org", "numbers.example.org.evil.example"),
        ("http://numbers.example.org", "bers.example.org"),
        ("http://numbers.example.org", "tool.example.org"),
        ("http://localhost", "localhost"),
        ("http://127.0.0.1", "0.0.1"),
        ("http://127.0.0.1", "127.0.0.1"),
    ] {
        let error = build(public_url, domain).unwrap_err();
        assert!(error.contains("auth.cookie_domain"), "{public_url} {domain}: {error}");
    }
    for domain in ["example.org", "numbers.example.org", "EXAMPLE.org"] {
        assert_eq!(build("http://numbers.example.org", domain), Ok(()), "{domain}");
    }
}
