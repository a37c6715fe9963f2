//! How a machine may present its credential.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use tallykeep_test_support::{Client, TestApp};

#[actix_web::test]
async fn a_key_is_taken_in_every_form_that_clients_send() {
    let app = TestApp::start();
    let key = app.register("ada@example.org").await.create_key(&["metrics:read"]).await;
    let basic = |user: &str| BASE64_STANDARD.encode(format!("{user}:{key}"));
    for (name, value) in [
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("bearer   {key}")),
        ("authorization", format!("Token {key}")),
        ("authorization", format!("Basic {}", basic("telegraf"))),
        ("authorization", format!("Basic {}", basic(""))),
        ("x-api-key", key.clone()),
    ] {
        let answer = app.stranger().with_header(name, &value).get("/api/v1/metrics").await;
        assert_eq!(answer.status, 200, "{name} {value}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_credential_that_cannot_be_read_is_refused() {
    let app = TestApp::start();
    let key = app.register("ada@example.org").await.create_key(&["metrics:read"]).await;
    for value in [
        key.clone(),
        format!("Digest {key}"),
        "Bearer".to_owned(),
        "Basic not-base64!".to_owned(),
        format!("Basic {}", BASE64_STANDARD.encode(&key)),
        format!("Basic {}", BASE64_STANDARD.encode([0xff, b':', 0xfe])),
        "Bearer ünknown".to_owned(),
    ] {
        let answer = app.stranger().with_header("authorization", &value).get("/api/v1/metrics").await;
        answer.expect_problem(401, "credential_malformed");
    }
}

#[actix_web::test]
async fn two_credentials_of_one_kind_are_none() {
    let app = TestApp::start();
    let key = app.register("ada@example.org").await.create_key(&["metrics:read"]).await;
    let stranger = app.stranger();
    let get = || stranger.request(Method::GET, "/api/v1/metrics");
    let bearer = format!("Bearer {key}");
    for request in [
        get().header("authorization", &bearer).header("authorization", &bearer),
        get().header("authorization", &bearer).header("authorization", "Bearer other"),
        get().header("x-api-key", &key).header("x-api-key", "other"),
    ] {
        Client::send(request).await.expect_problem(401, "credential_malformed");
    }
}

#[actix_web::test]
async fn without_a_credential_there_is_a_challenge_and_no_redirect() {
    let app = TestApp::start();
    let answer = app.stranger().get("/api/v1/metrics").await;
    answer.expect_problem(401, "credential_missing");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="tallykeep""#);
}

#[actix_web::test]
async fn a_mistyped_key_is_refused_without_asking_anybody() {
    let app = TestApp::start();
    let key = app.register("ada@example.org").await.create_key(&["metrics:read"]).await;
    app.line.cut();
    let swapped = format!("{}{}{}", &key[..10], if &key[10..11] == "a" { "b" } else { "a" }, &key[11..]);
    for mistyped in [swapped, key[..38].to_owned(), format!("{key}x"), "tk_".to_owned(), "tk_ä".to_owned()] {
        let client = app.stranger().with_header(
            "authorization",
            &format!("Basic {}", BASE64_STANDARD.encode(format!(":{mistyped}"))),
        );
        client.get("/api/v1/metrics").await.expect_problem(401, "api_key_malformed");
    }
    let unseen = app.stranger().with_token(&key).get("/api/v1/metrics").await;
    unseen.expect_problem(503, "database_unavailable");
}

#[actix_web::test]
async fn a_key_in_the_query_string_opens_nothing_here() {
    let app = TestApp::start();
    let key = app.register("ada@example.org").await.create_key(&["metrics:read"]).await;
    for name in ["p", "token", "api_key", "access_token"] {
        let answer = app.stranger().get(&format!("/api/v1/metrics?{name}={key}")).await;
        answer.expect_problem(401, "credential_missing");
    }
}
