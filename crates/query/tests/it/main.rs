//! Tests of the query service over HTTP, with a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy.toml exempts tests from this, but not the helpers of tests")]

mod aggregates;
mod bounds;
mod calendar;
mod cardinality;
mod counters;
mod entries;
mod export;
mod groups;
mod openapi;
mod quantiles;
mod series;

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};

/// An application and somebody who counts days in Berlin.
async fn start() -> (TestApp, Client) {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    (app, page)
}

/// Writes line protocol in milliseconds.
async fn write(client: &Client, lines: &str) {
    client.post_bytes("/write?precision=ms", lines.to_owned()).await.expect(204);
}

async fn query(client: &Client, parameters: &[(&str, &str)]) -> Answer {
    Client::send(client.request(Method::GET, "/api/v1/query").query(parameters)).await
}

/// The series of an answer, each as labels and points.
async fn series(client: &Client, parameters: &[(&str, &str)]) -> Value {
    let answer = query(client, parameters).await.expect(200);
    let series = answer["series"].as_array().unwrap().iter();
    series.map(|series| json!([series["labels"], series["points"]])).collect()
}

/// The points of the only series of an answer.
async fn points(client: &Client, parameters: &[(&str, &str)]) -> Value {
    let series = series(client, parameters).await;
    assert_eq!(series.as_array().unwrap().len(), 1, "{series}");
    series[0][1].clone()
}
