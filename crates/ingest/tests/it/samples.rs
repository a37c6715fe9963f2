//! Samples as JSON.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::{count, stored};

/// Items that are wrong, as text, with their codes.
fn wrong_items() -> Vec<(String, &'static str)> {
    let item = |change: &str| format!(r#"{{"metric": "m", "timestamp": 5, "value": 1, {change}}}"#);
    let timed = |timestamp: &str| format!(r#"{{"metric": "m", "timestamp": {timestamp}, "value": 1}}"#);
    let valued = |value: &str| format!(r#"{{"metric": "m", "timestamp": 5, "value": {value}}}"#);
    let named = |metric: &str| format!(r#"{{"metric": {metric}, "timestamp": 5, "value": 1}}"#);
    let many_labels: Vec<_> = (0..33).map(|n| format!(r#""l{n}": "x""#)).collect();
    vec![
        (valued(r#""NaN""#), "sample_invalid"),
        (valued(r#""1""#), "sample_invalid"),
        (valued("null"), "sample_invalid"),
        (valued("true"), "sample_invalid"),
        (valued("1e999"), "sample_invalid"),
        (timed(r#""0001-01-01T00:00:00Z""#), "timestamp_out_of_range"),
        (timed("9404618400000000"), "timestamp_out_of_range"),
        (timed("1763700000000000000"), "timestamp_out_of_range"),
        (timed("-62135596800000"), "timestamp_out_of_range"),
        (timed(r#""yesterday""#), "timestamp_invalid"),
        (timed(r#""2026-11-21""#), "timestamp_invalid"),
        (timed("1.5"), "sample_invalid"),
        (timed("[5]"), "sample_invalid"),
        (item(r#""labels": {"": "x"}"#), "label_invalid"),
        (item(r#""labels": {"host": ""}"#), "label_invalid"),
        (item(&format!(r#""labels": {{"host": "{}"}}"#, "x".repeat(10_240))), "label_invalid"),
        (item(&format!(r#""labels": {{"{}": "x"}}"#, "x".repeat(10_240))), "label_invalid"),
        (item(r#""labels": {"host": "a\u0000b"}"#), "label_invalid"),
        (item(r#""labels": {"ho\nst": "a"}"#), "label_invalid"),
        (item(r#""labels": {"__name": "a"}"#), "label_invalid"),
        (item(r#""labels": {"host": "a", "host": "b"}"#), "label_duplicate"),
        (item(&format!(r#""labels": {{{}}}"#, many_labels.join(","))), "labels_too_many"),
        (item(r#""labels": {"host": 7}"#), "sample_invalid"),
        (item(r#""labels": ["host"]"#), "sample_invalid"),
        (item(r#""labels": null"#), "sample_invalid"),
        (item(r#""colour": "red""#), "sample_invalid"),
        (item(r#""value": 2"#), "sample_invalid"),
        (named(r#""""#), "metric_name_invalid"),
        (named(r#"" m""#), "metric_name_invalid"),
        (named(r#""a\u0000""#), "metric_name_invalid"),
        (named(r#""\ud800""#), "sample_invalid"),
        (named(&format!(r#""{}""#, "x".repeat(201))), "metric_name_invalid"),
        (named("7"), "sample_invalid"),
        (r#"{"value": 1}"#.into(), "sample_invalid"),
        (r#"{"metric": "m"}"#.into(), "sample_invalid"),
        ("{}".into(), "sample_invalid"),
        ("null".into(), "sample_invalid"),
        ("7".into(), "sample_invalid"),
        (r#"["m", {}, 5, 1]"#.into(), "sample_invalid"),
        (format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)), "sample_invalid"),
        (
            item(&format!(r#""labels": {}1{}"#, r#"{"a":"#.repeat(10_000), "}".repeat(10_000))),
            "sample_invalid",
        ),
    ]
}

async fn post(client: &Client, body: String) -> Answer {
    client.with_header("content-type", "application/json").post_bytes("/api/v1/samples", body).await
}

fn list(items: &[String]) -> String {
    format!(r#"{{"samples": [{}]}}"#, items.join(","))
}

/// `errors` without their wording, which has to be there.
fn codes(errors: &Value) -> Vec<(u64, String)> {
    let of = |error: &Value| {
        assert!(!error["detail"].as_str().unwrap().is_empty(), "{error}");
        (error["index"].as_u64().unwrap(), error["code"].as_str().unwrap().to_owned())
    };
    errors.as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn samples_are_kept_with_their_labels_and_times() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = json!({"samples": [
        {"metric": "load", "labels": {"host": "a", "core": "0"}, "timestamp": 1_763_700_000_123_i64, "value": 1.5},
        {"metric": "load", "labels": {"host": "b"}, "timestamp": "2025-11-21T05:40:00.456+01:00", "value": -2},
        {"metric": "load", "labels": {"core": "0", "host": "a"}, "timestamp": "-5", "value": 0.1},
    ]});
    let answer = page.post("/api/v1/samples", &body).await.expect(200);
    assert_eq!(answer, json!({"accepted": 3, "rejected": []}));
    assert_eq!(
        stored(&page, "load").await,
        json!([
            [{"host": "a"}, [[-5, 0.1], [1_763_700_000_123_i64, 1.5]]],
            [{"host": "b"}, [[1_763_700_000_456_i64, -2.0]]],
        ])
    );
    assert_eq!(count(&app, "metrics.series"), 2);
}

#[tokio::test]
async fn a_number_is_kept_to_the_last_digit() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for (at, value) in
        ["90.33333333333333", "0.1", "2.2250738585072014e-308", "1.7976931348623157e308"].iter().enumerate()
    {
        let item = |metric| format!(r#"{{"metric": "{metric}", "timestamp": {at}, "value": {value}}}"#);
        let body = format!(r#"{{"samples": [{}]}}"#, item("json"));
        post(&page, body).await.expect(200);
        page.post_bytes("/write?precision=ms", format!("line value={value} {at}")).await.expect(204);
        let expected: f64 = value.parse().unwrap();
        for metric in ["json", "line"] {
            assert_eq!(stored(&page, metric).await[0][1][at], json!([at, expected]), "{metric}");
        }
    }
}

#[tokio::test]
async fn a_sample_without_a_time_is_from_now() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.post("/api/v1/samples", &json!({"samples": [{"metric": "m", "value": 1}]})).await.expect(200);
    // The default range ends now.
    let points = page.get("/api/v1/query?metric=m&aggregate=raw").await.expect(200);
    assert_eq!(points["series"][0]["points"][0][1], 1.0);
}

#[tokio::test]
async fn each_wrong_item_is_named_and_the_others_are_kept() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let wrong = wrong_items();
    let good = r#"{"metric": "good", "timestamp": 5, "value": 1}"#.to_owned();
    let mut items = vec![good.clone()];
    items.extend(wrong.iter().map(|(item, _)| item.clone()));
    items.push(r#"{"metric": "good", "timestamp": 6, "value": 2}"#.to_owned());
    let answer = post(&page, list(&items)).await.expect(200);
    assert_eq!(answer["accepted"], 2);
    let expected: Vec<_> = (1..).zip(wrong.iter().map(|(_, code)| (*code).to_owned())).collect();
    assert_eq!(codes(&answer["rejected"]), expected);
    assert_eq!(stored(&page, "good").await, json!([[{}, [[5, 1.0], [6, 2.0]]]]));
    assert_eq!(count(&app, "metrics.metrics"), 1);
}

#[tokio::test]
async fn when_no_item_is_good_nothing_at_all_is_kept() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let wrong = wrong_items();
    let items: Vec<_> = wrong.iter().map(|(item, _)| item.clone()).collect();
    let problem = post(&page, list(&items)).await.expect_problem(422, "samples_invalid");
    let expected: Vec<_> = (0..).zip(wrong.iter().map(|(_, code)| (*code).to_owned())).collect();
    assert_eq!(codes(&problem["errors"]), expected);
    for table in ["metrics.metrics", "metrics.series", "metrics.segments"] {
        assert_eq!(count(&app, table), 0, "{table}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_list_of_samples_is_refused() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for (body, status, code) in [
        ("", 400, "json_malformed"),
        ("{", 400, "json_malformed"),
        ("cpu usage=1", 400, "json_malformed"),
        (r#"{"samples": [{"metric": "m", "value": NaN}]}"#, 400, "json_malformed"),
        (r#"{"samples": [{"metric": "m", "value": 1}]} x"#, 400, "json_malformed"),
        ("[]", 422, "body_invalid"),
        ("{}", 422, "body_invalid"),
        (r#"{"samples": {}}"#, 422, "body_invalid"),
        (r#"{"samples": null}"#, 422, "body_invalid"),
        (r#"{"samples": [], "colour": "red"}"#, 422, "body_invalid"),
        (r#"{"samples": []}"#, 422, "samples_count_invalid"),
    ] {
        post(&page, body.to_owned()).await.expect_problem(status, code);
    }
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn a_request_takes_ten_thousand_samples_and_no_more() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let items: Vec<_> =
        (0..=10_000).map(|at| format!(r#"{{"metric": "m", "timestamp": {at}, "value": 1}}"#)).collect();
    let problem = post(&page, list(&items)).await.expect_problem(422, "samples_count_invalid");
    assert!(problem["detail"].as_str().unwrap().starts_with("10001 samples"), "{problem}");
    assert_eq!(count(&app, "metrics.metrics"), 0);
    assert_eq!(post(&page, list(&items[1..])).await.expect(200)["accepted"], 10_000);
    assert_eq!(stored(&page, "m").await[0][1].as_array().unwrap().len(), 10_000);
}

#[tokio::test]
async fn a_list_that_is_far_too_long_is_counted_and_refused() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = format!(r#"{{"samples": [0{}]}}"#, ",0".repeat(5_000_000));
    let problem = post(&page, body).await.expect_problem(422, "samples_count_invalid");
    assert!(problem["detail"].as_str().unwrap().starts_with("5000001 samples"), "{problem}");
}

#[tokio::test]
async fn the_same_samples_again_change_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = json!({"samples": [
        {"metric": "m", "labels": {"host": "a"}, "timestamp": 1, "value": 1},
        {"metric": "m", "labels": {"host": "b"}, "timestamp": 1, "value": 2},
    ]});
    page.post("/api/v1/samples", &body).await.expect(200);
    let first = stored(&page, "m").await;
    assert_eq!(page.post("/api/v1/samples", &body).await.expect(200)["accepted"], 2);
    assert_eq!(stored(&page, "m").await, first);
    assert_eq!((count(&app, "metrics.metrics"), count(&app, "metrics.series")), (1, 2));
}

#[tokio::test]
async fn the_last_of_two_samples_of_one_time_counts() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let sample = |value| json!({"metric": "m", "timestamp": 1, "value": value});
    let body = json!({"samples": [sample(1), sample(2), sample(3)]});
    page.post("/api/v1/samples", &body).await.expect(200);
    assert_eq!(stored(&page, "m").await, json!([[{}, [[1, 3.0]]]]));
}

#[tokio::test]
async fn a_metric_that_is_new_is_made_with_defaults_and_one_that_is_there_is_used() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let scale = page.post("/api/v1/metrics", &json!({"name": "mood", "kind": "scale"})).await.expect(201);
    let body = json!({"samples": [{"metric": "mood", "value": 99}, {"metric": "new", "value": 1}]});
    page.post("/api/v1/samples", &body).await.expect(200);
    let metrics = page.get("/api/v1/metrics").await.expect(200);
    assert_eq!(metrics["items"][0], scale);
    let mut made = metrics["items"][1].clone();
    for field in ["id", "created_at"] {
        made.as_object_mut().unwrap().remove(field);
    }
    let expected = json!({
        "name": "new", "title": "new", "unit": null, "kind": "gauge", "aggregation": "avg", "minimum": null,
        "maximum": null, "archived_at": null, "raw_retention_days": null, "rollup_retention_days": null,
    });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn accounts_with_the_same_series_do_not_share_it() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await.page;
    let ben = app.register("ben@example.org").await.page;
    for (client, value) in [(&anna, 1.0), (&ben, 2.0), (&anna, 3.0)] {
        let body = json!({"samples": [{"metric": "m", "timestamp": 1, "value": value}]});
        client.post("/api/v1/samples", &body).await.expect(200);
    }
    assert_eq!(stored(&anna, "m").await, json!([[{}, [[1, 3.0]]]]));
    assert_eq!(stored(&ben, "m").await, json!([[{}, [[1, 2.0]]]]));
}

#[tokio::test]
async fn who_may_not_write_writes_nothing() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    let body = json!({"samples": [{"metric": "m", "value": 1}]});
    app.stranger().post("/api/v1/samples", &body).await.expect_problem(401, "credential_missing");
    let reader = anna.machine(&["metrics:read"]).await;
    reader.post("/api/v1/samples", &body).await.expect_problem(403, "scope_insufficient");
    let wrong = app.stranger().with_token("tk_wrong");
    assert_eq!(wrong.post("/api/v1/samples", &body).await.status, 401);
    let twice = Client::send(
        anna.page
            .request(Method::POST, "/api/v1/samples")
            .header("x-api-key", "a")
            .header("x-api-key", "b")
            .json(&body),
    );
    twice.await.expect_problem(401, "credential_malformed");
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn samples_come_as_an_object_that_says_that_it_is_json() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let good = list(&[r#"{"metric": "m", "value": 1}"#.to_owned()]);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "text/json"] {
        let answer = page.with_header("content-type", kind).post_bytes("/api/v1/samples", good.clone()).await;
        answer.expect_problem(415, "media_type_unsupported");
    }
    page.post_bytes("/api/v1/samples", good).await.expect_problem(415, "media_type_unsupported");
    post(&page, r#"[[{"metric": "m", "value": 1}]]"#.to_owned()).await.expect_problem(422, "body_invalid");
    assert_eq!(count(&app, "metrics.metrics"), 0);
}
