//! How often a stranger may ask for what costs something.

use futures_util::future::join_all;
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::support::{execute, log_in, registration, serve, texts};

const WRONG: &str = "not the password of anybody";

/// One request earns itself back in a minute, so none does while a test runs.
fn app(burst: u16) -> TestApp {
    TestApp::with(|settings| {
        settings.auth.rate_limit_per_minute = 1;
        settings.auth.rate_limit_burst = burst;
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
}

fn from(app: &TestApp, forwarded: &str) -> Client {
    app.stranger().with_header("x-forwarded-for", forwarded)
}

/// A try to sign in, as nobody: the status.
async fn try_as(client: &Client) -> u16 {
    log_in(client, "nobody@example.org", WRONG).await.status.as_u16()
}

#[actix_web::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let app = app(3);
    let client = from(&app, "192.0.2.1");
    let answer = client.post("/auth/register", &registration("ada@example.org")).await;
    let _ = answer.expect(201);
    let _ = log_in(&client, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    assert_eq!(try_as(&client).await, 401);
    for answer in [
        log_in(&client, "ada@example.org", SignedIn::PASSWORD).await,
        client.post("/auth/register", &registration("bob@example.org")).await,
    ] {
        answer.expect_problem(429, "rate_limited");
        assert_eq!((answer.header("retry-after"), answer.header("set-cookie")), ("60", ""));
    }
    // What costs little, and what somebody does who is known, goes on.
    let _ = client.get("/auth/registration").await.expect(200);
    assert_eq!(texts(&app.database, "select email as text from auth.accounts"), ["ada@example.org"]);
}

#[actix_web::test]
async fn what_is_refused_is_neither_hashed_nor_counted() {
    let app = app(1);
    for expected in [401, 429, 429] {
        assert_eq!(try_as(&from(&app, "192.0.2.1")).await, expected);
    }
    assert_eq!(texts(&app.database, "select failures::text as text from auth.lockouts"), ["1"]);
    assert_eq!(texts(&app.database, "select action as text from auth.audit_events"), ["sign_in"]);
}

#[actix_web::test]
async fn addresses_have_limits_of_their_own_and_a_network_of_ipv6_has_one() {
    let app = app(1);
    for (address, expected) in [
        ("192.0.2.1", 401),
        ("192.0.2.1", 429),
        ("192.0.2.2", 401),
        ("2001:db8:1:2::3", 401),
        ("2001:db8:1:2:ffff::1", 429),
        ("2001:db8:1:3::3", 401),
    ] {
        assert_eq!(try_as(&from(&app, address)).await, expected, "{address}");
    }
}

#[actix_web::test]
async fn a_client_cannot_dodge_the_limit_by_addresses_that_it_makes_up() {
    let app = app(1);
    assert_eq!(try_as(&from(&app, "192.0.2.1")).await, 401);
    for made_up in ["1.1.1.1, 192.0.2.1", "2.2.2.2,192.0.2.1", "unknown, 192.0.2.1", "192.0.2.1, 127.0.0.9"] {
        assert_eq!(try_as(&from(&app, made_up)).await, 429, "{made_up}");
    }
    let app = app.restart_with(|settings| {
        settings.auth.rate_limit_per_minute = 1;
        settings.auth.rate_limit_burst = 1;
    });
    assert_eq!(try_as(&app.stranger()).await, 401);
    for made_up in ["1.1.1.1", "2.2.2.2"] {
        assert_eq!(try_as(&from(&app, made_up)).await, 429, "without a trusted proxy: {made_up}");
    }
}

#[actix_web::test]
async fn a_client_earns_back_one_request_at_a_time() {
    let app = app(2);
    let client = from(&app, "192.0.2.1");
    for expected in [401, 401, 429] {
        assert_eq!(try_as(&client).await, expected);
    }
    execute(&app.database, "update auth.rate_limits set spent_until = spent_until - interval '1 minute'");
    for expected in [401, 429] {
        assert_eq!(try_as(&client).await, expected);
    }
    execute(&app.database, "update auth.rate_limits set spent_until = spent_until - interval '1 hour'");
    for expected in [401, 401, 429] {
        assert_eq!(try_as(&client).await, expected, "no more than a burst is saved up");
    }
}

#[actix_web::test]
async fn fifty_requests_at_once_are_no_more_than_the_burst() {
    let app = app(10);
    let client = from(&app, "192.0.2.1");
    let answers = join_all((0..50).map(|_| try_as(&client))).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 40, "{answers:?}");
}

#[actix_web::test]
async fn replicas_share_the_limit() {
    let app = app(100);
    let replica = serve(&app.database);
    execute(
        &app.database,
        "insert into auth.rate_limits values ('127.0.0.1', now() + interval '100 minutes')",
    );
    assert_eq!(try_as(&app.stranger()).await, 429);
    assert_eq!(try_as(&Client::new(&replica.url)).await, 429);
    assert_eq!(try_as(&from(&app, "192.0.2.1")).await, 401);
}

#[actix_web::test]
async fn clients_that_have_earned_back_everything_are_swept() {
    let app = app(5);
    assert_eq!(try_as(&from(&app, "192.0.2.1")).await, 401);
    execute(&app.database, "update auth.rate_limits set spent_until = now()");
    assert_eq!(try_as(&from(&app, "192.0.2.2")).await, 401);
    let app = app.restart_with(|_| {});
    let clients = || texts(&app.database, "select client as text from auth.rate_limits");
    while clients().len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(clients(), ["192.0.2.2"]);
}
