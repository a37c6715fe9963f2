//! Deleting samples.

use serde_json::json;
use tallykeep_test_support::{Client, TestApp};

use crate::stored;

/// Two series of `m` at 1, 2 and 3, and one of another metric.
async fn start() -> (TestApp, Client) {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let lines = "m,host=a,core=0 value=1 1\nm,host=a,core=0 value=2 2\nm,host=a,core=0 value=3 3\n\
        m,host=b value=4 1\nm,host=b value=5 2\nm,host=b value=6 3\nn,host=a value=7 2";
    page.post_bytes("/write?precision=ms", lines).await.expect(204);
    (app, page)
}

#[tokio::test]
async fn a_range_of_one_series_is_deleted_and_nothing_else() {
    let (_app, page) = start().await;
    let answer = page.delete("/api/v1/samples?metric=m&label=host%3Da&start=2&end=3").await.expect(200);
    assert_eq!(answer, json!({"deleted": 1}));
    let a = json!([{"host": "a"}, [[1, 1.0], [3, 3.0]]]);
    let b = json!([{"host": "b"}, [[1, 4.0], [2, 5.0], [3, 6.0]]]);
    assert_eq!(stored(&page, "m").await, json!([a, b]));
    assert_eq!(stored(&page, "n").await, json!([[{"host": "a"}, [[2, 7.0]]]]));
}

#[tokio::test]
async fn without_a_label_all_series_of_the_metric_are_meant() {
    let (_app, page) = start().await;
    let path = "/api/v1/samples?metric=m&start=1970-01-01T00:00:00.002Z&end=1970-01-02T00:00:00Z";
    assert_eq!(page.delete(path).await.expect(200), json!({"deleted": 4}));
    assert_eq!(page.delete(path).await.expect(200), json!({"deleted": 0}));
    assert_eq!(stored(&page, "m").await, json!([[{"host": "a"}, [[1, 1.0]]], [{"host": "b"}, [[1, 4.0]]]]));
}

#[tokio::test]
async fn all_labels_must_match() {
    let (_app, page) = start().await;
    for (labels, deleted) in [("label=host%3Db&label=core%3D0", 0), ("label=host%3Da&label=core%3D0", 3)] {
        let path = format!("/api/v1/samples?metric=m&{labels}&start=0&end=9");
        assert_eq!(page.delete(&path).await.expect(200), json!({"deleted": deleted}), "{labels}");
    }
}

#[tokio::test]
async fn what_was_deleted_can_be_written_again() {
    let (_app, page) = start().await;
    page.delete("/api/v1/samples?metric=n&start=0&end=9").await.expect(200);
    assert_eq!(stored(&page, "n").await, json!([]));
    page.post_bytes("/write?precision=ms", "n,host=a value=8 2").await.expect(204);
    assert_eq!(stored(&page, "n").await, json!([[{"host": "a"}, [[2, 8.0]]]]));
}

#[tokio::test]
async fn a_request_that_is_wrong_deletes_nothing() {
    let (app, page) = start().await;
    let before = stored(&page, "m").await;
    for (query, status, code) in [
        ("", 400, "query_invalid"),
        ("metric=m", 400, "query_invalid"),
        ("metric=m&start=0", 400, "query_invalid"),
        ("metric=m&start=0&end=9&colour=red", 400, "query_invalid"),
        ("metric=m&start=9&end=9", 400, "range_empty"),
        ("metric=m&start=9&end=0", 400, "range_empty"),
        ("metric=m&start=soon&end=9", 400, "timestamp_invalid"),
        ("metric=m&start=0&end=9223372036854775807", 400, "timestamp_out_of_range"),
        ("metric=m&start=0&end=9&label=host", 400, "label_invalid"),
        ("metric=m&start=0&end=9&label=host%3Da&label=host%3Db", 400, "label_duplicate"),
        ("metric=%00&start=0&end=9", 400, "metric_name_invalid"),
        ("metric=nothing&start=0&end=9", 404, "metric_not_found"),
    ] {
        page.delete(&format!("/api/v1/samples?{query}")).await.expect_problem(status, code);
    }
    let ben = app.register("ben@example.org").await;
    let path = "/api/v1/samples?metric=m&start=0&end=9";
    ben.page.delete(path).await.expect_problem(404, "metric_not_found");
    ben.page.post_bytes("/write?precision=ms", "m,host=a,core=0 value=9 1").await.expect(204);
    assert_eq!(ben.page.delete(path).await.expect(200), json!({"deleted": 1}));
    ben.machine(&["metrics:read"]).await.delete(path).await.expect_problem(403, "scope_insufficient");
    app.stranger().delete(path).await.expect_problem(401, "credential_missing");
    assert_eq!(stored(&page, "m").await, before);
}

#[tokio::test]
async fn values_of_entries_stay() {
    let (_app, page) = start().await;
    page.put("/api/v1/entries/1970-01-02", &json!({"values": {"n": 3}})).await.expect(201);
    page.delete("/api/v1/samples?metric=n&start=0&end=999999999").await.expect(200);
    assert_eq!(page.get("/api/v1/entries/1970-01-02").await.expect(200)["values"], json!({"n": 3.0}));
}
