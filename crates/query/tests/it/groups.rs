//! Labels choose series and tell groups apart.

use serde_json::json;

use crate::{points, query, series, start, write};

const LINES: &str = "load,host=a,core=0 value=1 1000\nload,host=a,core=1 value=2 1000\n\
    load,host=b,core=0 value=4 1000\nload value=8 1000";
const ALL: [(&str, &str); 5] =
    [("metric", "load"), ("start", "0"), ("end", "10000"), ("step", "10s"), ("aggregate", "sum")];

#[tokio::test]
async fn without_a_group_all_series_are_one() {
    let (_app, page) = start().await;
    write(&page, LINES).await;
    assert_eq!(series(&page, &ALL).await, json!([[{}, [[0, 15.0]]]]));
}

#[tokio::test]
async fn groups_are_told_apart_by_the_labels_that_are_named() {
    let (_app, page) = start().await;
    write(&page, LINES).await;
    let by_host = series(&page, &[ALL.as_slice(), &[("group_by", "host")]].concat()).await;
    let expected = json!([[{}, [[0, 8.0]]], [{"host": "a"}, [[0, 3.0]]], [{"host": "b"}, [[0, 4.0]]]]);
    assert_eq!(by_host, expected);
    let by_both =
        series(&page, &[ALL.as_slice(), &[("group_by", "host"), ("group_by", "core")]].concat()).await;
    assert_eq!(by_both.as_array().unwrap().len(), 4);
    let by_nothing_known = series(&page, &[ALL.as_slice(), &[("group_by", "planet")]].concat()).await;
    assert_eq!(by_nothing_known, json!([[{}, [[0, 15.0]]]]));
}

#[tokio::test]
async fn all_labels_of_a_filter_must_match() {
    let (_app, page) = start().await;
    write(&page, LINES).await;
    for (labels, sum) in [
        (vec![("label", "host=a")], 3.0),
        (vec![("label", "core=0")], 5.0),
        (vec![("label", "core=0"), ("label", "host=b")], 4.0),
    ] {
        assert_eq!(points(&page, &[ALL.as_slice(), &labels].concat()).await, json!([[0, sum]]), "{labels:?}");
    }
    let none = query(&page, &[ALL.as_slice(), &[("label", "host=c")]].concat()).await.expect(200);
    assert_eq!(none["series"], json!([]));
}

#[tokio::test]
async fn last_of_a_merged_group_is_the_latest_of_all_its_series() {
    let (_app, page) = start().await;
    // The series that was made first has the latest sample; of one time, the series that was made later counts.
    write(&page, "load,host=a value=1 9000\nload,host=b value=2 1000\nload,host=b value=3 8000").await;
    let last = [("metric", "load"), ("start", "0"), ("end", "10000"), ("step", "10s"), ("aggregate", "last")];
    assert_eq!(points(&page, &last).await, json!([[0, 1.0]]));
    write(&page, "load,host=b value=4 9000").await;
    assert_eq!(points(&page, &last).await, json!([[0, 4.0]]));
}

#[tokio::test]
async fn another_accounts_samples_are_not_seen() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    write(&anna, LINES).await;
    query(&ben, &ALL).await.expect_problem(404, "metric_not_found");
    write(&ben, "load,host=a value=100 1000").await;
    assert_eq!(series(&ben, &ALL).await, json!([[{}, [[0, 100.0]]]]));
    assert_eq!(series(&anna, &ALL).await, json!([[{}, [[0, 15.0]]]]));
}
