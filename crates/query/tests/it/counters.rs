//! Running totals: by how much they grew, and how fast.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};

use crate::{points, query, series, start, write};

const RANGE: [(&str, &str); 4] = [("metric", "views"), ("start", "0"), ("end", "40000"), ("step", "10s")];

async fn counter(lines: &str) -> (TestApp, Client) {
    let (app, page) = start().await;
    page.post("/api/v1/metrics", &json!({"name": "views", "kind": "counter"})).await.expect(201);
    write(&page, lines).await;
    (app, page)
}

async fn asked(client: &Client, more: &[(&str, &str)]) -> Value {
    points(client, &[RANGE.as_slice(), more].concat()).await
}

#[tokio::test]
async fn a_total_grows_from_sample_to_sample_over_the_edges_of_steps_too() {
    let lines = "views value=100 1000\nviews value=103 9000\nviews value=110 12000\nviews value=110 35000";
    let (_app, page) = counter(lines).await;
    assert_eq!(asked(&page, &[]).await, json!([[0, 3.0], [10_000, 7.0], [30_000, 0.0]]));
    let rate = asked(&page, &[("aggregate", "rate")]).await;
    assert_eq!(rate, json!([[0, 0.3], [10_000, 0.7], [30_000, 0.0]]));
}

#[tokio::test]
async fn a_total_that_fell_was_set_back_to_zero_before() {
    let lines = "views value=100 1000\nviews value=4 2000\nviews value=6 3000\nviews value=0 12000";
    let (_app, page) = counter(lines).await;
    assert_eq!(asked(&page, &[]).await, json!([[0, 6.0], [10_000, 0.0]]));
}

#[tokio::test]
async fn what_a_total_had_come_to_is_looked_for_one_step_before_the_range() {
    let (_app, page) = counter("views value=100 9999\nviews value=107 20000").await;
    let from = |start| [("metric", "views"), ("start", start), ("end", "30000"), ("step", "10s")];
    assert_eq!(points(&page, &from("0")).await, json!([[0, 0.0], [20_000, 7.0]]));
    assert_eq!(points(&page, &from("10000")).await, json!([[20_000, 7.0]]));
    assert_eq!(points(&page, &from("20000")).await, json!([[20_000, 0.0]]));
    write(&page, "views value=101 10000").await;
    assert_eq!(points(&page, &from("20000")).await, json!([[20_000, 6.0]]));
}

#[tokio::test]
async fn a_group_grows_by_what_its_series_grow() {
    let lines = "views,page=a value=100 1000\nviews,page=a value=110 2000\n\
        views,page=b value=5 1500\nviews,page=b value=7 2500";
    let (_app, page) = counter(lines).await;
    assert_eq!(asked(&page, &[]).await, json!([[0, 12.0]]));
    let by_page = series(&page, &[RANGE.as_slice(), &[("group_by", "page")]].concat()).await;
    assert_eq!(by_page, json!([[{"page": "a"}, [[0, 10.0]]], [{"page": "b"}, [[0, 2.0]]]]));
}

#[tokio::test]
async fn a_total_that_was_corrected_grows_as_corrected() {
    let (_app, page) = counter("views value=100 1000\nviews value=900 2000\nviews value=120 3000").await;
    assert_eq!(asked(&page, &[]).await, json!([[0, 920.0]]));
    write(&page, "views value=110 2000").await;
    assert_eq!(asked(&page, &[]).await, json!([[0, 20.0]]));
}

#[tokio::test]
async fn totals_are_never_summed() {
    let (_app, page) = counter("views value=100 1000\nviews value=107 2000").await;
    let sum = [RANGE.as_slice(), &[("aggregate", "sum")]].concat();
    query(&page, &sum).await.expect_problem(400, "aggregation_unsuitable");
    assert_eq!(asked(&page, &[("aggregate", "last")]).await, json!([[0, 107.0]]));
}
