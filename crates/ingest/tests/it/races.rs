//! Requests at the same time.

use std::sync::Arc;

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};
use tokio::task::JoinSet;

use crate::{count, stored};

/// Sends all of `bodies` at once.
async fn post_all(client: &Client, bodies: Vec<Value>) -> Vec<Answer> {
    let client = Arc::new(client.clone());
    let mut requests = JoinSet::new();
    for body in bodies {
        let client = Arc::clone(&client);
        requests.spawn(async move { client.post("/api/v1/samples", &body).await });
    }
    requests.join_all().await
}

#[tokio::test]
async fn fifty_requests_with_the_same_new_series_make_one() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let sample = |at| json!({"metric": "m", "labels": {"host": "a"}, "timestamp": at, "value": at});
    let bodies = (0..50).map(|at| json!({"samples": [sample(at)]})).collect();
    for answer in post_all(&page, bodies).await {
        assert_eq!(answer.expect(200)["accepted"], 1);
    }
    assert_eq!((count(&app, "metrics.metrics"), count(&app, "metrics.series")), (1, 1));
    let points: Vec<_> = (0..50).map(|at| json!([at, f64::from(at)])).collect();
    assert_eq!(stored(&page, "m").await, json!([[{"host": "a"}, points]]));
}

#[tokio::test]
async fn requests_with_the_same_new_metrics_and_series_in_another_order_do_not_block_each_other() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let sample =
        |n: i32| json!({"metric": format!("m{}", n % 7), "labels": {"n": n.to_string()}, "value": n});
    let rotated = |by| (0..30).map(|n| sample((n + by) % 30)).collect::<Vec<_>>();
    let bodies = (0..30).map(|by| json!({"samples": rotated(by)})).collect();
    for answer in post_all(&page, bodies).await {
        assert_eq!(answer.expect(200)["accepted"], 30);
    }
    assert_eq!((count(&app, "metrics.metrics"), count(&app, "metrics.series")), (7, 30));
}

#[tokio::test]
async fn more_new_series_than_a_statement_takes_do_not_block_each_other_either() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let sample = |n: i32| json!({"metric": "m", "labels": {"n": n.to_string()}, "value": n});
    let forwards = (0..10_000).map(sample).collect::<Vec<_>>();
    let backwards = forwards.iter().rev().cloned().collect::<Vec<_>>();
    for answer in post_all(&page, vec![json!({"samples": forwards}), json!({"samples": backwards})]).await {
        assert_eq!(answer.expect(200)["accepted"], 10_000);
    }
    assert_eq!(count(&app, "metrics.series"), 10_000);
}

#[tokio::test]
async fn of_two_first_writes_of_a_day_one_creates_it() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.post("/api/v1/metrics", &json!({"name": "mood"})).await.expect(201);
    for day in 1..=20 {
        let path = format!("/api/v1/entries/2026-01-{day:02}");
        let put = |mood| {
            let (page, path) = (page.clone(), path.clone());
            async move { page.put(&path, &json!({"values": {"mood": mood}})).await }
        };
        let (one, other) = tokio::join!(put(1), put(2));
        let mut outcomes =
            [&one, &other].map(|answer| (answer.status.as_u16(), answer.header("x-operation")));
        outcomes.sort_unstable();
        assert_eq!(outcomes, [(200, "updated"), (201, "created")]);
        let updated = if one.status == 200 { one } else { other };
        assert_eq!(page.get(&path).await.expect(200)["values"], updated.json()["values"]);
    }
    assert_eq!(count(&app, "metrics.entries"), 20);
}

#[tokio::test]
async fn of_two_metrics_of_one_name_one_is_made() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = json!({"name": "mood"});
    let create = || page.post("/api/v1/metrics", &body);
    let (one, other) = tokio::join!(create(), create());
    let mut outcomes = [one.status.as_u16(), other.status.as_u16()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [201, 409]);
}
