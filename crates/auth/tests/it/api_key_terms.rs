//! For how long an API key is good, and for which metrics; and how one follows another.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp, TestDatabase};

use crate::support::{SERVICE_CREDENTIAL, execute, serve, texts};

async fn create(person: &SignedIn, terms: Value) -> Value {
    let mut body = json!({"name": "key", "scopes": ["metrics:read", "metrics:write"]});
    body.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    person.browser.post("/auth/api-keys", &body).await.expect(201)
}

fn rotation(key: &Value) -> String {
    format!("/auth/api-keys/{}/rotate", key["id"].as_str().unwrap())
}

async fn opens(app: &TestApp, key: &Value) -> u16 {
    let machine = app.stranger().with_token(key["key"].as_str().unwrap());
    machine.get("/api/v1/metrics").await.status.as_u16()
}

#[actix_web::test]
async fn a_key_ends_when_it_says() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let end = Timestamp::now() + SignedDuration::from_hours(1);
    let key = create(&ada, json!({"expires_at": end})).await;
    let listed = ada.browser.get("/auth/api-keys").await.expect(200)["items"][0]["expires_at"].clone();
    assert_eq!(listed.as_str().unwrap().parse::<Timestamp>().unwrap().as_second(), end.as_second());
    execute(&app.database, "update auth.api_keys set expires_at = now() - interval '1 second'");
    assert_eq!(opens(&app, &key).await, 401);
    let other = create(&ada, json!({})).await;
    assert_eq!((other["expires_at"].clone(), opens(&app, &other).await), (Value::Null, 200));
}

#[actix_web::test]
async fn an_end_that_has_passed_or_is_far_away_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for end in ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
        let body = json!({"name": "key", "scopes": ["metrics:read"], "expires_at": end});
        let answer = ada.browser.post("/auth/api-keys", &body).await;
        answer.expect_problem(422, "expires_at_invalid");
    }
    let body = json!({"name": "key", "scopes": ["metrics:read"], "expires_at": "tomorrow"});
    ada.browser.post("/auth/api-keys", &body).await.expect_problem(422, "body_invalid");
}

#[actix_web::test]
async fn a_service_learns_for_which_metrics_a_key_is() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let key = create(&ada, json!({"metric_prefix": "home_"})).await;
    assert_eq!(key["metric_prefix"], "home_");
    let service = ada.page.at(&served.url).with_token(SERVICE_CREDENTIAL);
    let form = [("token", key["key"].as_str().unwrap())];
    let request = service.request(Method::POST, "/internal/introspect").form(&form);
    let answer = Client::send(request).await.expect(200);
    assert_eq!(answer["metric_prefix"], "home_");
}

#[actix_web::test]
async fn a_prefix_with_which_no_name_can_begin_is_refused() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for prefix in [" ", "a\n", &"x".repeat(201)] {
        let body = json!({"name": "key", "scopes": ["metrics:read"], "metric_prefix": prefix});
        let answer = ada.browser.post("/auth/api-keys", &body).await;
        answer.expect_problem(422, "metric_prefix_invalid");
    }
}

#[actix_web::test]
async fn a_key_is_followed_by_one_like_it_and_stays_good_for_a_while() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let end = Timestamp::now() + SignedDuration::from_hours(100);
    let old = create(&ada, json!({"metric_prefix": "home_", "expires_at": end})).await;
    let new = ada.browser.post(&rotation(&old), &json!({"overlap_hours": 2})).await.expect(201);
    for field in ["name", "scopes", "metric_prefix"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    assert_ne!(new["key"], old["key"]);
    let time = |key: &Value| key["expires_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let hours = time(&new).duration_until(end).as_hours();
    assert_eq!(hours, 0, "the new one lasts as long as the old one did");
    assert_eq!((opens(&app, &old).await, opens(&app, &new).await), (200, 200));
    let listed = ada.browser.get("/auth/api-keys").await.expect(200);
    let left = Timestamp::now().duration_until(time(&listed["items"][0]));
    assert!(left <= SignedDuration::from_hours(2) && left > SignedDuration::from_hours(1), "{left}");
    let events = ada.browser.get("/auth/audit-events").await.expect(200);
    assert_eq!(events["items"][0]["action"], "rotate_api_key");
    assert_eq!(events["items"][0]["detail"]["successor"], new["id"]);
}

#[actix_web::test]
async fn without_an_overlap_the_old_key_ends_at_once() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let old = create(&ada, json!({})).await;
    let new = ada.browser.post(&rotation(&old), &json!({"overlap_hours": 0})).await.expect(201);
    assert_eq!((opens(&app, &old).await, opens(&app, &new).await), (401, 200));
    assert_eq!(new["expires_at"], Value::Null);
    ada.browser.post(&rotation(&old), &json!({})).await.expect_problem(404, "api_key_not_found");
    ada.browser
        .post(&rotation(&new), &json!({"overlap_hours": 721}))
        .await
        .expect_problem(422, "overlap_invalid");
}

#[actix_web::test]
async fn a_hundred_keys_are_the_most_however_many_are_made_at_once() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let fill = "insert into auth.api_keys (account_id, id, name, prefix, secret_hash, scopes)
        select id, gen_random_uuid(), 'key', 'tk_', sha256(n::text::bytea), 'metrics:read'
        from auth.accounts, generate_series(1, 98) as n";
    assert_eq!(execute(&app.database, fill), 98);
    let tries = (0..10).map(|_| async {
        let body = json!({"name": "key", "scopes": ["metrics:read"]});
        ada.browser.post("/auth/api-keys", &body).await.status.as_u16()
    });
    let mut statuses = join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 2].as_slice(), &[409; 8]].concat());
}

#[actix_web::test]
async fn a_key_that_is_replaced_twice_is_followed_by_one_like_it_both_times() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let endless = create(&ada, json!({})).await;
    let end = Timestamp::now() + SignedDuration::from_hours(1_000);
    let ending = create(&ada, json!({"expires_at": end})).await;
    for overlap in [10, 1, 20] {
        let body = json!({"overlap_hours": overlap});
        let next = ada.browser.post(&rotation(&endless), &body).await.expect(201);
        assert_eq!(next["expires_at"], Value::Null, "{overlap}");
        let next = ada.browser.post(&rotation(&ending), &body).await.expect(201);
        let until: Timestamp = next["expires_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(until.duration_until(end).as_hours(), 0, "{overlap}");
    }
    // The overlap that ends first counts: what was to be void by then is.
    let left = "select round(extract(epoch from expires_at - now()) / 3600)::text as text
        from auth.api_keys where replaced_at is not null";
    assert_eq!(texts(&app.database, left), ["1", "1"]);
}

#[actix_web::test]
async fn keys_that_have_ended_make_room() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let fill = "insert into auth.api_keys (account_id, id, name, prefix, secret_hash, scopes, expires_at)
        select id, gen_random_uuid(), 'key', 'tk_', sha256(n::text::bytea), 'metrics:read',
            case when n > 3 then null else now() - interval '1 second' end
        from auth.accounts, generate_series(1, 100) as n";
    assert_eq!(execute(&app.database, fill), 100);
    let body = json!({"name": "key", "scopes": ["metrics:read"]});
    for _ in 0..3 {
        let _ = ada.browser.post("/auth/api-keys", &body).await.expect(201);
    }
    ada.browser.post("/auth/api-keys", &body).await.expect_problem(409, "api_keys_too_many");
    assert_eq!(ada.browser.get("/auth/api-keys").await.expect(200)["items"].as_array().unwrap().len(), 100);
}
