//! What a query may ask for, and what it means when it does not say.

use serde_json::json;
use tallykeep_test_support::TestApp;

use crate::{points, query, start, write};

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    for (name, value, status, code) in [
        ("metric", "nothing", 404, "metric_not_found"),
        ("metric", "", 400, "metric_name_invalid"),
        ("metric", "a\0b", 400, "metric_name_invalid"),
        ("start", "yesterday", 400, "timestamp_invalid"),
        ("start", "0001-01-01T00:00:00Z", 400, "timestamp_out_of_range"),
        ("end", "9404618400000000", 400, "timestamp_out_of_range"),
        ("end", "1763700000000000000", 400, "timestamp_out_of_range"),
        ("end", "0", 400, "range_empty"),
        ("start", "10000", 400, "range_empty"),
        ("step", "0s", 400, "step_invalid"),
        ("step", "-1s", 400, "step_invalid"),
        ("step", "1y", 400, "step_invalid"),
        ("step", "99999999999999999999ms", 400, "step_invalid"),
        ("points", "0", 400, "points_invalid"),
        ("points", "100001", 400, "points_invalid"),
        ("points", "-1", 400, "query_invalid"),
        ("points", "many", 400, "query_invalid"),
        ("aggregate", "p99", 400, "word_unknown"),
        ("aggregate", "AVG", 400, "word_unknown"),
        ("aggregate", "increase", 400, "aggregation_unsuitable"),
        ("aggregate", "rate", 400, "aggregation_unsuitable"),
        ("aggregate", "quantile", 400, "quantile_invalid"),
        ("quantile", "0.5", 400, "quantile_invalid"),
        ("quantile", "much", 400, "query_invalid"),
        ("label", "host", 400, "label_invalid"),
        ("label", "=a", 400, "label_invalid"),
        ("label", "host=", 400, "label_invalid"),
        ("label", "host=a\0", 400, "label_invalid"),
        ("group_by", "", 400, "label_invalid"),
        ("group_by", "__name", 400, "label_invalid"),
        ("time_zone", "Mars/Olympus", 400, "time_zone_unknown"),
        ("time_zone", "../../etc/passwd", 400, "time_zone_unknown"),
        ("colour", "red", 400, "query_invalid"),
    ] {
        let mut parameters = vec![("metric", "m"), ("start", "0"), ("end", "10000")];
        parameters.retain(|(other, _)| *other != name);
        parameters.push((name, value));
        query(&page, &parameters).await.expect_problem(status, code);
    }
    query(&page, &[]).await.expect_problem(400, "query_invalid");
    query(&page, &[("metric", "m"), ("metric", "m")]).await.expect_problem(400, "query_invalid");
    query(&page, &[("metric", "m"), ("label", "a=1"), ("label", "a=2")])
        .await
        .expect_problem(400, "label_duplicate");
}

#[tokio::test]
async fn a_scope_lets_do_what_it_says() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    write(&anna.page, "m value=1 1000").await;
    for path in ["/api/v1/query?metric=m", "/api/v1/export", "/api/v1/series", "/api/v1/entries"] {
        app.stranger().get(path).await.expect_problem(401, "credential_missing");
        let writer = anna.machine(&["metrics:write"]).await;
        writer.get(path).await.expect_problem(403, "scope_insufficient");
        assert_eq!(anna.machine(&["metrics:read"]).await.get(path).await.status, 200);
    }
}

#[tokio::test]
async fn a_range_without_samples_has_no_series() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    for aggregate in ["avg", "raw"] {
        let parameters = [("metric", "m"), ("start", "2000"), ("end", "9000"), ("aggregate", aggregate)];
        assert_eq!(query(&page, &parameters).await.expect(200)["series"], json!([]), "{aggregate}");
    }
}

#[tokio::test]
async fn the_last_seven_days_are_meant_when_no_range_is_given() {
    const WEEK: i64 = 7 * 24 * 3_600_000;
    let (_app, page) = start().await;
    write(&page, "m value=1").await;
    let answer = query(&page, &[("metric", "m")]).await.expect(200);
    let (from, to) = (answer["start"].as_i64().unwrap(), answer["end"].as_i64().unwrap());
    assert_eq!(to - from, WEEK);
    // The finest step that makes no more than 500 points of a week.
    assert_eq!(answer["step"], "30m");
    assert_eq!(answer["series"][0]["points"].as_array().unwrap().len(), 1);
    let end = (2 * WEEK).to_string();
    let answer = query(&page, &[("metric", "m"), ("end", &end)]).await.expect(200);
    assert_eq!((answer["start"].as_i64(), answer["end"].as_i64()), (Some(WEEK), Some(2 * WEEK)));
}

#[tokio::test]
async fn the_step_follows_from_the_range_and_the_points() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    let day = 24 * 3_600_000_i64;
    for (range, points, step) in [
        (60_000, "500", "1s"),
        (day, "500", "5m"),
        (day, "49", "1h"),
        (day, "10000", "10s"),
        (365 * day, "500", "1d"),
        (365 * day, "60", "1w"),
        (365 * day, "20", "1mo"),
        (30 * 365 * day, "2", "396mo"),
    ] {
        let end = range.to_string();
        let parameters = [("metric", "m"), ("start", "0"), ("end", end.as_str()), ("points", points)];
        let answer = query(&page, &parameters).await;
        assert_eq!(answer.expect(200)["step"], step, "{range} ms in {points}");
    }
}

#[tokio::test]
async fn no_more_points_are_made_than_asked_for() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    let with =
        |points, end| [("metric", "m"), ("start", "0"), ("end", end), ("step", "1s"), ("points", points)];
    assert_eq!(points(&page, &with("10", "10000")).await, json!([[1000, 1.0]]));
    query(&page, &with("10", "10001")).await.expect_problem(400, "points_too_many");
    query(&page, &with("9", "10000")).await.expect_problem(400, "points_too_many");
}

#[tokio::test]
async fn a_step_of_a_millisecond_over_three_centuries_is_refused() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    for step in ["1ms", "1s", "1d"] {
        let parameters = [
            ("metric", "m"),
            ("start", "1900-01-01T00:00:00Z"),
            ("end", "2199-12-31T23:59:59Z"),
            ("step", step),
            ("points", "100000"),
        ];
        query(&page, &parameters).await.expect_problem(400, "points_too_many");
    }
}

#[tokio::test]
async fn many_groups_over_many_steps_cost_what_their_samples_cost() {
    let (_app, page) = start().await;
    let lines: Vec<_> = (0..2_000).map(|n| format!("m,n={n} value={n} {n}")).collect();
    write(&page, &lines.join("\n")).await;
    let parameters = [
        ("metric", "m"),
        ("start", "0"),
        ("end", "100000"),
        ("step", "1ms"),
        ("points", "100000"),
        ("group_by", "n"),
    ];
    let answer = query(&page, &parameters).await.expect(200);
    assert_eq!(answer["series"].as_array().unwrap().len(), 2_000);
}

#[tokio::test]
async fn an_answer_has_a_bound_over_all_its_series() {
    let (_app, page) = start().await;
    for host in ["a", "b"] {
        let lines: Vec<_> = (0..50_001).map(|at| format!("m,host={host} value=1 {at}")).collect();
        write(&page, &lines.join("\n")).await;
    }
    let raw = |end| {
        [
            ("metric", "m"),
            ("aggregate", "raw"),
            ("start", "0"),
            ("end", end),
            ("points", "60000"),
            ("group_by", "host"),
        ]
    };
    query(&page, &raw("50001")).await.expect_problem(400, "points_too_many");
    query(&page, &raw("50000")).await.expect(200);
}

#[tokio::test]
async fn a_range_with_more_samples_than_memory_is_set_aside_for_is_refused() {
    let app = TestApp::with(|settings| settings.query.most_samples = 3);
    let page = app.register("anna@example.org").await.page;
    write(&page, "m value=1 1\nm value=1 2\nm value=1 3\nm value=1 4").await;
    let with = |end| [("metric", "m"), ("start", "1"), ("end", end), ("step", "1ms")];
    query(&page, &with("5")).await.expect_problem(422, "range_too_large");
    assert_eq!(
        query(&page, &with("4")).await.expect(200)["series"][0]["points"],
        json!([[1, 1.0], [2, 1.0], [3, 1.0]])
    );
}

#[tokio::test]
async fn without_the_database_a_query_asks_to_come_again_and_then_succeeds() {
    let (app, page) = start().await;
    write(&page, "m value=1 1000").await;
    app.line.cut();
    for path in ["/api/v1/query?metric=m", "/api/v1/export", "/api/v1/series", "/api/v1/entries"] {
        let answer = page.get(path).await;
        answer.expect_problem(503, "database_unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    app.line.mend();
    page.get("/api/v1/query?metric=m").await.expect(200);
}
