//! The database goes away and comes back.

use serde_json::json;
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::{Stall, count, stored};

#[track_caller]
fn expect_away(answer: &Answer) {
    answer.expect_problem(503, "database_unavailable");
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
}

fn body() -> serde_json::Value {
    json!({"samples": [{"metric": "m", "labels": {"host": "a"}, "timestamp": 1, "value": 1}]})
}

async fn expect_kept(app: &TestApp, client: &Client) {
    client.post("/api/v1/samples", &body()).await.expect(200);
    assert_eq!(stored(client, "m").await, json!([[{"host": "a"}, [[1, 1.0]]]]));
    assert_eq!((count(app, "metrics.metrics"), count(app, "metrics.series")), (1, 1));
}

#[tokio::test]
async fn without_the_database_every_request_asks_to_come_again_and_then_succeeds() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.get("/api/v1/metrics").await.expect(200);
    app.line.cut();
    expect_away(&page.post("/api/v1/samples", &body()).await);
    expect_away(&page.get("/api/v1/metrics").await);
    expect_away(&page.post("/api/v1/metrics", &json!({"name": "n"})).await);
    expect_away(&page.put("/api/v1/entries/2026-01-01", &json!({"note": "x"})).await);
    expect_away(&page.delete("/api/v1/samples?metric=m&start=0&end=9").await);
    app.line.mend();
    assert_eq!(count(&app, "metrics.metrics"), 0);
    expect_kept(&app, &page).await;
    page.put("/api/v1/entries/2026-01-01", &json!({"note": "x"})).await.expect(201);
}

#[tokio::test]
async fn clients_of_influxdb_are_told_in_their_shape() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.get("/api/v1/metrics").await.expect(200);
    app.line.cut();
    let answer = page.post_bytes("/write?precision=ms", "m,host=a value=1 1").await;
    let message = answer.expect(503)["error"].as_str().unwrap().to_owned();
    assert!(message.starts_with("database_unavailable"), "{message}");
    assert!(!answer.header("retry-after").is_empty());
    let answer = page.post_bytes("/api/v2/write?precision=ms", "m,host=a value=1 1").await;
    assert_eq!(answer.expect(503)["code"], "unavailable");
    assert!(!answer.header("retry-after").is_empty());
    app.line.mend();
    page.post_bytes("/write?precision=ms", "m,host=a value=1 1").await.expect(204);
    expect_kept(&app, &page).await;
}

/// Cuts the line while a first sample waits for `table`, and sends the sample again when the line is mended.
async fn lose_the_database_at(table: &'static str) {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let mut stall = Stall::begin(&app.database, table);
    let waiting = {
        let page = page.clone();
        tokio::spawn(async move { page.post("/api/v1/samples", &body()).await })
    };
    stall.wait_for_writer().await;
    app.line.cut();
    expect_away(&waiting.await.unwrap());
    drop(stall);
    app.line.mend();
    expect_kept(&app, &page).await;
}

#[tokio::test]
async fn a_metric_that_was_rolled_back_is_made_by_the_next_request() {
    lose_the_database_at("metrics.metrics").await;
}

#[tokio::test]
async fn a_series_that_was_rolled_back_is_made_by_the_next_request() {
    lose_the_database_at("metrics.series").await;
}

#[tokio::test]
async fn samples_whose_commit_was_lost_are_kept_by_the_next_request() {
    lose_the_database_at("metrics.segments").await;
}
