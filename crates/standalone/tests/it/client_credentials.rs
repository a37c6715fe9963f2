//! Access tokens that are drawn with an API key, in the way of OAuth, over all services.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

const TOKEN: &str = "/auth/oauth2/token";

async fn make_key(person: &SignedIn, terms: Value) -> String {
    person.browser.post("/auth/api-keys", &terms).await.expect(201)["key"].as_str().unwrap().to_owned()
}

/// Trades `key` for a token, as a client that is made from the API documents does.
async fn trade(app: &TestApp, id: &str, key: &str, scope: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    Client::send(app.stranger().request(Method::POST, TOKEN).basic_auth(id, Some(key)).form(&form)).await
}

async fn token(app: &TestApp, key: &str) -> Client {
    let answer = trade(app, &key[..8], key, "").await.expect(200);
    app.stranger().with_token(answer["access_token"].as_str().unwrap())
}

async fn names(client: &Client) -> Vec<String> {
    let list = client.get("/api/v1/metrics").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_token_opens_what_its_key_opens_and_nothing_else() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _ = ada.page.post("/api/v1/metrics", &json!({"name": "weight"})).await.expect(201);
    let terms = json!({
        "name": "key", "scopes": ["metrics:read", "metrics:write"], "metric_prefix": "home_",
    });
    let home = token(&app, &make_key(&ada, terms).await).await;
    assert_eq!(home.post_bytes("/api/v2/write", "home_temperature value=20.5 1000000000").await.status, 204);
    assert_eq!(home.post_bytes("/api/v2/write", "weight value=71 1000000000").await.status, 400);
    assert_eq!(names(&home).await, ["home_temperature"]);
    let points = home.get("/api/v1/query?metric=home_temperature&start=0&end=2000").await.expect(200);
    assert_eq!(points["series"][0]["points"][0][1], 20.5);
    let outside = home.get("/api/v1/query?metric=weight&start=0&end=2000").await;
    outside.expect_problem(403, "metric_prefix_insufficient");
    let samples = json!({"samples": [{"metric": "weight", "value": 71}]});
    let refused = home.post("/api/v1/samples", &samples).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "metric_prefix_insufficient");
    home.get("/api/v1/entries/2026-01-02").await.expect_problem(403, "metric_prefix_insufficient");
    let reader = token(&app, &make_key(&ada, json!({"name": "key", "scopes": ["metrics:read"]})).await).await;
    assert_eq!(names(&reader).await, ["home_temperature", "weight"]);
    let denied = reader.post("/api/v1/metrics", &json!({"name": "mood"})).await;
    denied.expect_problem(403, "scope_insufficient");
    for path in ["/auth/account", "/auth/api-keys"] {
        reader.get(path).await.expect_problem(401, "session_missing");
    }
}

#[tokio::test]
async fn a_token_is_for_fewer_scopes_when_fewer_are_asked_for_and_never_for_more() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let key = make_key(&ada, json!({"name": "key", "scopes": ["metrics:read", "metrics:write"]})).await;
    let answer = trade(&app, &key[..8], &key, "metrics:read").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.expect(200);
    assert_eq!((&answer["scope"], &answer["token_type"]), (&json!("metrics:read"), &json!("Bearer")));
    assert_eq!((&answer["expires_in"], answer.get("refresh_token")), (&json!(600), None));
    let reader = app.stranger().with_token(answer["access_token"].as_str().unwrap());
    let denied = reader.post("/api/v1/metrics", &json!({"name": "mood"})).await;
    denied.expect_problem(403, "scope_insufficient");
    for scope in ["tools:access", "metrics:read tools:access", "openid", "everything"] {
        let refused = trade(&app, &key[..8], &key, scope).await.expect(400);
        assert_eq!(refused["error"], "invalid_scope", "{scope}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_good_is_traded_for_nothing() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let terms = json!({"name": "key", "scopes": ["metrics:read"]});
    let (key, other) = (make_key(&ada, terms.clone()).await, make_key(&ada, terms).await);
    let unknown = "tk_000000000000000000000000000000000000";
    for (id, secret) in
        [(&other[..8], key.as_str()), ("", &key), (&key[..7], &key), ("tk_00000", unknown), (&key[..8], "")]
    {
        let refused = trade(&app, id, secret, "").await.expect(401);
        assert_eq!(refused["error"], "invalid_client", "{id}");
    }
    let list = ada.browser.get("/auth/api-keys").await.expect(200);
    for item in list["items"].as_array().unwrap() {
        let _ =
            ada.browser.delete(&format!("/auth/api-keys/{}", item["id"].as_str().unwrap())).await.expect(204);
    }
    assert_eq!(trade(&app, &other[..8], &other, "").await.expect(401)["error"], "invalid_client");
}

#[tokio::test]
async fn a_token_ends_with_its_key_when_that_ends_sooner() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(120);
    let key = make_key(&ada, json!({"name": "key", "scopes": ["metrics:read"], "expires_at": end})).await;
    let answer = trade(&app, &key[..8], &key, "").await.expect(200);
    let lasts = answer["expires_in"].as_u64().unwrap();
    assert!((60..=120).contains(&lasts), "{lasts}");
}
