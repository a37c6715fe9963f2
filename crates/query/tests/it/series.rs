//! Listing series.

use serde_json::{Value, json};
use tallykeep_test_support::Client;

use crate::{start, write};

async fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/series?{query}")).await.expect(200)
}

/// Metric and labels of each.
fn shown(page: &Value) -> Value {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| json!([series["metric"], series["labels"]]))
        .collect()
}

#[tokio::test]
async fn series_are_listed_in_the_order_in_which_they_came() {
    let (_app, page) = start().await;
    for line in ["b,host=x value=1", "a,host=x,core=0 value=1", "a value=1", "b,host=x value=2"] {
        write(&page, line).await;
    }
    let all = list(&page, "").await;
    assert_eq!(shown(&all), json!([["b", {"host": "x"}], ["a", {"core": "0", "host": "x"}], ["a", {}]]));
    assert_eq!(all["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_metric_and_labels_choose_among_them() {
    let (_app, page) = start().await;
    for line in ["a,host=x,core=0 value=1", "a,host=y value=1", "b,host=x value=1"] {
        write(&page, line).await;
    }
    for (query, expected) in [
        ("metric=a", json!([["a", {"core": "0", "host": "x"}], ["a", {"host": "y"}]])),
        ("label=host%3Dx", json!([["a", {"core": "0", "host": "x"}], ["b", {"host": "x"}]])),
        ("label=host%3Dx&label=core%3D0", json!([["a", {"core": "0", "host": "x"}]])),
        ("metric=b&label=host%3Dy", json!([])),
        ("metric=nothing", json!([])),
    ] {
        assert_eq!(shown(&list(&page, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let (_app, page) = start().await;
    let lines: Vec<_> = (0..250).map(|n| format!("m,n={n:03},even={} value=1 1", n % 2)).collect();
    write(&page, &lines.join("\n")).await;
    for (query, expected) in
        [("", vec![100, 100, 50]), ("limit=125", vec![125, 125]), ("label=even%3D0", vec![100, 25])]
    {
        let (mut names, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let part = list(&page, &format!("{query}{cursor}")).await;
            let items = part["items"].as_array().unwrap();
            sizes.push(items.len());
            names.extend(items.iter().map(|series| series["labels"]["n"].as_str().unwrap().to_owned()));
            let Some(next) = part["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(sizes, expected, "{query}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), sizes.iter().sum::<usize>(), "{query}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let (_app, page) = start().await;
    for (query, code) in [
        ("metric=%00", "metric_name_invalid"),
        ("label=host", "label_invalid"),
        ("label=host%3D%00", "label_invalid"),
        ("limit=0", "limit_invalid"),
        ("limit=1001", "limit_invalid"),
        ("cursor=x", "cursor_invalid"),
        ("colour=red", "query_invalid"),
    ] {
        page.get(&format!("/api/v1/series?{query}")).await.expect_problem(400, code);
    }
}

#[tokio::test]
async fn another_accounts_series_are_not_seen() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    write(&anna, "m,host=x value=1").await;
    assert_eq!(list(&ben, "").await["items"], json!([]));
    assert_eq!(list(&ben, "metric=m&label=host%3Dx").await["items"], json!([]));
}

#[tokio::test]
async fn what_a_filter_holds_is_never_a_statement() {
    let (_app, page) = start().await;
    write(&page, "a,host=x value=1").await;
    for text in ["a' or '1'='1", "a'; drop table metrics.series; --", "%", "a\\", "$1", "{\"host\":\"x\"}"] {
        let text = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let unknown = page.get(&format!("/api/v1/query?metric={text}")).await;
        unknown.expect_problem(404, "metric_not_found");
        assert_eq!(shown(&list(&page, &format!("metric={text}")).await), json!([]));
        assert_eq!(shown(&list(&page, &format!("label=host%3D{text}")).await), json!([]));
        for parameter in ["step", "aggregate", "start", "time_zone", "cursor"] {
            let path = if parameter == "cursor" { "series" } else { "query" };
            let answer = page.get(&format!("/api/v1/{path}?metric=a&{parameter}={text}")).await;
            assert_eq!(answer.status, 400, "{parameter}={text}: {}", answer.body);
        }
    }
    assert_eq!(shown(&list(&page, "").await), json!([["a", {"host": "x"}]]));
}
