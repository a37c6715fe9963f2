//! Samples become points.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};
use tokio::runtime::Builder;

use crate::{points, query, start, write};

const RANGE: [(&str, &str); 4] = [("metric", "m"), ("start", "0"), ("end", "60000"), ("step", "10s")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [RANGE.as_slice(), more].concat()
}

#[tokio::test]
async fn each_aggregate_makes_its_points() {
    let (_app, page) = start().await;
    write(
        &page,
        "m value=4 1000\nm value=-1 9999\nm value=3 0\nm value=7 10000\nm value=9 60000\nm value=9 -1",
    )
    .await;
    for (aggregate, first) in
        [("avg", 2.0), ("min", -1.0), ("max", 4.0), ("sum", 6.0), ("count", 3.0), ("last", -1.0)]
    {
        let second = if aggregate == "count" { 1.0 } else { 7.0 };
        let expected = json!([[0, first], [10_000, second]]);
        assert_eq!(points(&page, &with(&[("aggregate", aggregate)])).await, expected, "{aggregate}");
    }
}

#[tokio::test]
async fn the_aggregate_is_the_metrics_own_unless_the_query_names_one() {
    let (_app, page) = start().await;
    for (kind, aggregate, value) in [
        ("gauge", "avg", 3.0),
        ("scale", "avg", 3.0),
        ("boolean", "avg", 3.0),
        ("counter", "increase", 4.0),
        ("delta", "sum", 9.0),
        ("duration", "sum", 9.0),
    ] {
        page.post("/api/v1/metrics", &json!({"name": kind, "kind": kind, "unit": "u"})).await.expect(201);
        write(&page, &format!("{kind} value=1 1000\n{kind} value=3 2000\n{kind} value=5 3000")).await;
        let parameters = [("metric", kind), ("start", "0"), ("end", "10000"), ("step", "10s")];
        let answer = query(&page, &parameters).await.expect(200);
        let expected = json!({
            "metric": kind, "unit": "u", "kind": kind, "aggregate": aggregate, "step": "10s",
            "time_zone": "Europe/Berlin", "start": 0, "end": 10_000,
            "series": [{"labels": {}, "points": [[0, value]]}],
        });
        assert_eq!(answer, expected);
        let answer =
            query(&page, &[parameters.as_slice(), &[("aggregate", "max")]].concat()).await.expect(200);
        assert_eq!(
            (&answer["aggregate"], &answer["series"][0]["points"]),
            (&json!("max"), &json!([[0, 5.0]]))
        );
    }
}

#[tokio::test]
async fn a_sample_that_was_overwritten_does_not_count() {
    let (_app, page) = start().await;
    for value in [1, 2, 3] {
        write(&page, &format!("m value={value} 1000")).await;
    }
    assert_eq!(points(&page, &with(&[("aggregate", "count")])).await, json!([[0, 1.0]]));
    assert_eq!(points(&page, &with(&[("aggregate", "sum")])).await, json!([[0, 3.0]]));
    assert_eq!(points(&page, &with(&[("aggregate", "raw")])).await, json!([[1000, 3.0]]));
}

#[tokio::test]
async fn raw_gives_samples_as_they_are_up_to_the_points_asked_for() {
    let (_app, page) = start().await;
    write(&page, "m value=3 3\nm value=1 1\nm value=2 2").await;
    let raw = |most| [("metric", "m"), ("aggregate", "raw"), ("start", "0"), ("end", "4"), ("points", most)];
    let answer = query(&page, &raw("3")).await.expect(200);
    assert_eq!(answer["series"][0]["points"], json!([[1, 1.0], [2, 2.0], [3, 3.0]]));
    assert_eq!((&answer["aggregate"], &answer["step"]), (&json!("raw"), &json!(null)));
    query(&page, &raw("2")).await.expect_problem(400, "points_too_many");
}

#[tokio::test]
async fn sums_that_no_number_holds_are_answered_all_the_same() {
    let (_app, page) = start().await;
    write(&page, "m value=1.7e308 1000\nm value=1.7e308 2000").await;
    assert_eq!(points(&page, &with(&[("aggregate", "sum")])).await, json!([[0, f64::MAX]]));
    assert_eq!(points(&page, &with(&[("aggregate", "avg")])).await, json!([[0, 1.7e308]]));
}

/// The aggregate of values in the order of time, without a thought for speed.
fn naive(aggregate: &str, values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    match aggregate {
        "avg" => sum / values.len() as f64,
        "min" => values.iter().copied().reduce(f64::min).unwrap(),
        "max" => values.iter().copied().reduce(f64::max).unwrap(),
        "sum" => sum,
        "count" => values.len() as f64,
        "last" => *values.last().unwrap(),
        other => panic!("{other}"),
    }
}

#[derive(Debug)]
struct Case {
    samples: Vec<(i64, i32)>,
    step: i64,
    start: i64,
    end: i64,
    aggregate: &'static str,
}

impl Case {
    fn lines(&self, metric: &str) -> String {
        let lines = self.samples.iter().map(|(at, value)| format!("{metric} value={value} {at}\n"));
        lines.collect()
    }

    fn points(&self) -> Vec<Value> {
        let kept: BTreeMap<_, _> = self.samples.iter().copied().collect();
        let mut steps: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        // Steps are whole, even where the range cuts the first and the last.
        let start = self.start / self.step * self.step;
        let end = (self.end + self.step - 1) / self.step * self.step;
        for (at, value) in kept.range(start..end) {
            steps.entry(at / self.step * self.step).or_default().push(f64::from(*value));
        }
        steps.iter().map(|(at, values)| json!([at, naive(self.aggregate, values)])).collect()
    }

    async fn query(&self, client: &Client, metric: &str) -> Value {
        let numbers = [format!("{}ms", self.step), self.start.to_string(), self.end.to_string()];
        let [step, start, end] = numbers.each_ref().map(String::as_str);
        let aggregate = self.aggregate;
        let parameters =
            [("metric", metric), ("step", step), ("start", start), ("end", end), ("aggregate", aggregate)];
        query(client, &parameters).await.expect(200)["series"].clone()
    }
}

fn case() -> impl Strategy<Value = Case> {
    // Whole numbers, so that sums are exact in any order.
    let samples = vec((0_i64..100, -1000_i32..1000), 1..40);
    let aggregate = select(vec!["avg", "min", "max", "sum", "count", "last"]);
    (samples, 1_i64..30, 0_i64..50, 51_i64..120, aggregate)
        .prop_map(|(samples, step, start, end, aggregate)| Case { samples, step, start, end, aggregate })
}

#[test]
fn points_are_what_a_naive_model_makes_of_the_same_samples() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let app = TestApp::start();
    let page = runtime.block_on(app.register("anna@example.org")).page;
    let metrics = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(64) });
    let result = runner.run(&case(), |case| {
        let metric = format!("m{}", metrics.fetch_add(1, Ordering::Relaxed));
        let found = runtime.block_on(async {
            write(&page, &case.lines(&metric)).await;
            case.query(&page, &metric).await
        });
        let found = found.get(0).map_or(json!([]), |series| series["points"].clone());
        prop_assert_eq!(found, json!(case.points()));
        Ok(())
    });
    result.unwrap();
}
