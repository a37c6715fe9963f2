//! A key that is for some metrics only, over all services.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

async fn confined(app: &TestApp, person: &SignedIn, prefix: &str) -> Client {
    let terms = json!({"name": "key", "scopes": ["metrics:read", "metrics:write"], "metric_prefix": prefix});
    let key = person.browser.post("/auth/api-keys", &terms).await.expect(201);
    app.stranger().with_token(key["key"].as_str().unwrap())
}

async fn names(client: &Client, path: &str, field: &str) -> Vec<String> {
    let list = client.get(path).await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_lies_within_the_prefix_is_written_and_read_as_ever() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let home = confined(&app, &ada, "home_").await;
    assert_eq!(home.post_bytes("/api/v2/write", "home_temperature value=20.5 1000000000").await.status, 204);
    let samples = json!({"samples": [{"metric": "home_power", "value": 3}]});
    assert_eq!(home.post("/api/v1/samples", &samples).await.expect(200)["accepted"], 1);
    let made = home.post("/api/v1/metrics", &json!({"name": "home_doors"})).await.expect(201);
    let path = format!("/api/v1/metrics/{}", made["id"].as_str().unwrap());
    let _ = home.patch(&path, &json!({"title": "Doors"})).await.expect(200);
    let expected = ["home_doors", "home_power", "home_temperature"];
    assert_eq!(names(&home, "/api/v1/metrics", "name").await, expected);
    let points = home.get("/api/v1/query?metric=home_temperature&start=0&end=2000").await.expect(200);
    assert_eq!(points["series"][0]["points"][0][1], 20.5);
    let gone = home.delete("/api/v1/samples?metric=home_temperature&start=0&end=2000").await.expect(200);
    assert_eq!(gone["deleted"], 1);
}

#[tokio::test]
async fn of_a_request_only_what_lies_within_is_kept() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let home = confined(&app, &ada, "home_").await;
    let lines = "home_temperature value=20\nweight value=71\nhome,room=hall lamp=1";
    let answer = home.post_bytes("/api/v2/write", lines).await;
    let detail = answer.body.clone();
    assert_eq!(answer.status, 400, "{detail}");
    assert!(
        detail.contains("dropped=1") && detail.contains("line 2: metric_prefix_insufficient"),
        "{detail}"
    );
    let samples =
        json!({"samples": [{"metric": "home_power", "value": 3}, {"metric": "weight", "value": 71}]});
    let answer = home.post("/api/v1/samples", &samples).await.expect(200);
    assert_eq!(answer["rejected"][0]["code"], "metric_prefix_insufficient");
    let all = ["home_lamp", "home_power", "home_temperature"];
    assert_eq!(names(&ada.page, "/api/v1/metrics", "name").await, all);
}

/// Series are remembered by the bytes that name them. What one key may write to must not open it to another.
#[tokio::test]
async fn a_series_that_another_key_has_written_to_stays_closed() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let (free, home) = (ada.machine(&["metrics:write"]).await, confined(&app, &ada, "home_").await);
    let write = async |client: &Client| {
        let line = client.post_bytes("/api/v2/write", "weight,scale=bath value=71 1000000000").await;
        let sample = json!({"samples": [{"metric": "weight", "labels": {"scale": "hall"}, "value": 1}]});
        (line.status.as_u16(), client.post("/api/v1/samples", &sample).await.status.as_u16())
    };
    assert_eq!(write(&free).await, (204, 200));
    assert_eq!(write(&home).await, (400, 422));
    assert_eq!(write(&free).await, (204, 200));
    let points = ada.page.get("/api/v1/query?metric=weight&label=scale%3Dbath&start=0&end=2000").await;
    assert_eq!(points.expect(200)["series"][0]["points"], json!([[1000, 71.0]]));
}

#[tokio::test]
async fn series_outside_are_not_counted() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let lines = "home_lamp,room=hall value=1\nweight,scale=bath value=71";
    ada.page.post_bytes("/api/v2/write", lines).await.expect(204);
    let home = confined(&app, &ada, "home_").await;
    let expected = json!({
        "series": 1,
        "metrics": [{"metric": "home_lamp", "series": 1}],
        "labels": [{"label": "room", "values": 1, "series": 1}],
    });
    assert_eq!(home.get("/api/v1/series/cardinality").await.expect(200), expected);
}

#[tokio::test]
async fn a_prefix_is_taken_as_it_is_spelled() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let _ = ada.page.post("/api/v1/metrics", &json!({"name": "home_power"})).await.expect(201);
    let _ = ada.page.post("/api/v1/metrics", &json!({"name": "homeXpower"})).await.expect(201);
    for (prefix, expected) in [("home_", vec!["home_power"]), ("home%", vec![]), ("HOME_", vec![])] {
        let key = confined(&app, &ada, prefix).await;
        assert_eq!(names(&key, "/api/v1/metrics", "name").await, expected, "{prefix}");
    }
}

#[tokio::test]
async fn days_are_closed_to_a_key_for_some_metrics() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let home = confined(&app, &ada, "home_").await;
    let day = "/api/v1/entries/2026-01-02";
    for answer in [
        home.get(day).await,
        home.put(day, &json!({"values": {}})).await,
        home.delete(day).await,
        home.get("/api/v1/entries?start=2026-01-01&end=2026-01-31").await,
    ] {
        let _: Value = answer.expect_problem(403, "metric_prefix_insufficient");
    }
}
