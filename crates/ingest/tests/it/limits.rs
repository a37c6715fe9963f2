//! The bound on an account's series.

use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};
use tokio::task::JoinSet;

use crate::{count, stored};

/// An application that makes `most` series for an account, and somebody who writes.
async fn start(most: u32) -> (TestApp, Client) {
    let app = TestApp::with(|settings| settings.ingest.most_series = most);
    let page = app.register("anna@example.org").await.page;
    (app, page)
}

fn sample(host: &str, at: i64) -> Value {
    json!({"metric": "m", "labels": {"host": host}, "timestamp": at, "value": at})
}

#[tokio::test]
async fn of_json_what_is_of_a_series_too_many_is_named_and_the_rest_is_kept() {
    let (app, page) = start(2).await;
    let hosts = ["a", "b", "c", "a", "d", "c", "b"];
    let mut samples: Vec<_> = (1..).zip(hosts).map(|(at, host)| sample(host, at)).collect();
    samples.insert(1, json!("no sample"));
    let answer = page.post("/api/v1/samples", &json!({"samples": samples})).await.expect(200);
    assert_eq!(answer["accepted"], 4);
    let rejected = answer["rejected"].as_array().unwrap();
    let named: Vec<_> = rejected.iter().map(|error| json!([error["index"], error["code"]])).collect();
    let full = "series_limit_reached";
    assert_eq!(json!(named), json!([[1, "sample_invalid"], [3, full], [5, full], [6, full]]));
    assert!(rejected[1]["detail"].as_str().unwrap().contains("may have 2 series"), "{rejected:?}");
    let a = json!([{"host": "a"}, [[1, 1.0], [4, 4.0]]]);
    let b = json!([{"host": "b"}, [[2, 2.0], [7, 7.0]]]);
    assert_eq!(stored(&page, "m").await, json!([a, b]));
    assert_eq!(count(&app, "metrics.series"), 2);
}

#[tokio::test]
async fn of_a_line_the_values_that_have_a_series_are_kept() {
    let (app, page) = start(1).await;
    for (path, message) in [("/write", "error"), ("/api/v2/write", "message")] {
        let lines = "m,host=a value=1 1000000\nm,host=b value=2,load=3 2000000\nm,host=a value=4 3000000";
        let answer = page.post_bytes(path, lines).await.expect(400);
        let text = answer[message].as_str().unwrap();
        assert!(text.contains("partial write: dropped=2: series_limit_reached: "), "{text}");
    }
    assert_eq!(stored(&page, "m").await, json!([[{"host": "a"}, [[1, 1.0], [3, 4.0]]]]));
    assert_eq!((count(&app, "metrics.series"), count(&app, "metrics.metrics")), (1, 1));
}

#[tokio::test]
async fn when_nothing_is_kept_the_answer_is_an_error() {
    let (app, page) = start(0).await;
    let answer = page.post("/api/v1/samples", &json!({"samples": [sample("a", 1)]})).await;
    answer.expect_problem(422, "samples_invalid");
    assert_eq!(answer.json()["errors"][0]["code"], "series_limit_reached");
    assert_eq!((count(&app, "metrics.series"), count(&app, "metrics.metrics")), (0, 0));
}

#[tokio::test]
async fn a_series_that_goes_by_several_spellings_counts_once() {
    let (app, page) = start(1).await;
    let lines = "m,a=1,b=2 value=1 1\nm,b=2,a=1 value=2 2\n";
    page.post_bytes("/write?precision=ms", lines).await.expect(204);
    assert_eq!(count(&app, "metrics.series"), 1);
}

#[tokio::test]
async fn each_account_has_its_own_bound() {
    let (app, anna) = start(1).await;
    let ben = app.register("ben@example.org").await.page;
    for page in [anna, ben] {
        page.post("/api/v1/samples", &json!({"samples": [sample("a", 1)]})).await.expect(200);
    }
    assert_eq!(count(&app, "metrics.series"), 2);
}

#[tokio::test]
async fn requests_at_the_same_time_do_not_get_past_it() {
    let (app, page) = start(10).await;
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let page = page.clone();
        requests.spawn(async move {
            // Each brings one that all have, and one of its own.
            let samples = json!({"samples": [sample("all", n), sample(&n.to_string(), n)]});
            page.post("/api/v1/samples", &samples).await.expect(200)["accepted"].as_u64().unwrap()
        });
    }
    let accepted: u64 = requests.join_all().await.into_iter().sum();
    assert_eq!((count(&app, "metrics.series"), accepted), (10, 20 + 9));
}

#[tokio::test]
async fn series_that_a_release_made_which_did_not_count_them_count_too() {
    let (app, page) = start(2).await;
    page.post("/api/v1/samples", &json!({"samples": [sample("a", 1)]})).await.expect(200);
    sql_query("delete from metrics.series_counts").execute(&mut app.database.connect_as_superuser()).unwrap();
    let samples = json!({"samples": [sample("b", 1), sample("c", 1)]});
    assert_eq!(page.post("/api/v1/samples", &samples).await.expect(200)["accepted"], 1);
    assert_eq!(count(&app, "metrics.series"), 2);
}
