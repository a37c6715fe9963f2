//! Telling where the series come from.

use serde_json::{Value, json};
use tallykeep_test_support::Client;

use crate::{start, write};

async fn cardinality(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/series/cardinality?{query}")).await.expect(200)
}

/// Two metrics, with labels of which one has many values.
async fn fill(client: &Client) {
    let mut lines: Vec<_> = (0..6).map(|n| format!("load,host=h{},request={n} value=1 1", n % 2)).collect();
    lines.extend(["room", "floor"].map(|place| format!("warmth,place={place},host=h7 value=1 1")));
    write(client, &lines.join("\n")).await;
}

#[tokio::test]
async fn metrics_with_many_series_and_labels_with_many_values_come_first() {
    let (_app, page) = start().await;
    fill(&page).await;
    let expected = json!({
        "series": 8,
        "metrics": [{"metric": "load", "series": 6}, {"metric": "warmth", "series": 2}],
        "labels": [
            {"label": "request", "values": 6, "series": 6},
            {"label": "host", "values": 3, "series": 8},
            {"label": "place", "values": 2, "series": 2},
        ],
    });
    assert_eq!(cardinality(&page, "").await, expected);
}

#[tokio::test]
async fn a_limit_shortens_the_lists_and_not_the_count() {
    let (_app, page) = start().await;
    fill(&page).await;
    let found = cardinality(&page, "limit=1").await;
    let lengths = ["metrics", "labels"].map(|list| found[list].as_array().unwrap().len());
    assert_eq!((found["series"].as_i64(), lengths), (Some(8), [1, 1]));
}

#[tokio::test]
async fn one_metric_is_looked_at_by_itself() {
    let (_app, page) = start().await;
    fill(&page).await;
    let expected = json!({
        "series": 2,
        "metrics": [{"metric": "warmth", "series": 2}],
        "labels": [
            {"label": "place", "values": 2, "series": 2},
            {"label": "host", "values": 1, "series": 2},
        ],
    });
    assert_eq!(cardinality(&page, "metric=warmth").await, expected);
    let nothing = json!({"series": 0, "metrics": [], "labels": []});
    assert_eq!(cardinality(&page, "metric=unknown").await, nothing);
}

#[tokio::test]
async fn a_series_without_labels_counts() {
    let (_app, page) = start().await;
    write(&page, "weight value=71.5 1").await;
    let expected = json!({"series": 1, "metrics": [{"metric": "weight", "series": 1}], "labels": []});
    assert_eq!(cardinality(&page, "").await, expected);
}

#[tokio::test]
async fn another_accounts_series_are_not_counted() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    fill(&anna).await;
    assert_eq!(cardinality(&ben, "").await["series"], 0);
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let (_app, page) = start().await;
    for (query, code) in
        [("metric=%00", "metric_name_invalid"), ("limit=0", "limit_invalid"), ("colour=red", "query_invalid")]
    {
        page.get(&format!("/api/v1/series/cardinality?{query}")).await.expect_problem(400, code);
    }
}
