//! Quantiles of the samples of a step.

use serde_json::json;
use tallykeep_test_support::TestApp;

use crate::{points, query, start, write};

const RANGE: [(&str, &str); 5] =
    [("metric", "m"), ("start", "0"), ("end", "60000"), ("step", "10s"), ("aggregate", "quantile")];

#[tokio::test]
async fn a_quantile_is_exact_over_the_samples_of_all_series_of_a_group() {
    let (_app, page) = start().await;
    let lines: Vec<_> = (1..=100).map(|n| format!("m,host={} value={n} {}", n % 3, n * 50)).collect();
    write(&page, &lines.join("\n")).await;
    write(&page, "m,host=0 value=7 15000").await;
    // As PostgreSQL's percentile_cont has it over 1 to 100.
    for (quantile, expected) in [("0", 1.0), ("0.5", 50.5), ("0.95", 95.05), ("1", 100.0)] {
        let found = points(&page, &[RANGE.as_slice(), &[("quantile", quantile)]].concat()).await;
        assert_eq!(found, json!([[0, expected], [10_000, 7.0]]), "{quantile}");
    }
}

#[tokio::test]
async fn the_answer_says_which_quantile_it_is() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    let answer = query(&page, &[RANGE.as_slice(), &[("quantile", "0.95")]].concat()).await.expect(200);
    assert_eq!((&answer["aggregate"], &answer["quantile"]), (&json!("quantile"), &json!(0.95)));
    let answer = query(&page, &[("metric", "m")]).await.expect(200);
    assert!(answer.get("quantile").is_none());
}

#[tokio::test]
async fn a_number_that_is_no_quantile_is_refused() {
    let (_app, page) = start().await;
    write(&page, "m value=1 1000").await;
    for number in ["-0.1", "1.1", "95", "NaN"] {
        let asked = [RANGE.as_slice(), &[("quantile", number)]].concat();
        query(&page, &asked).await.expect_problem(400, "quantile_invalid");
    }
}

#[tokio::test]
async fn more_samples_than_memory_is_set_aside_for_have_no_quantile() {
    let app = TestApp::with(|settings| settings.query.most_samples = 3);
    let page = app.register("anna@example.org").await.page;
    write(&page, "m value=1 1\nm value=2 2\nm value=3 3\nm value=4 4").await;
    let median = |end| {
        let steps = [("metric", "m"), ("start", "1"), ("end", end), ("step", "1ms")];
        [steps.as_slice(), &[("aggregate", "quantile"), ("quantile", "0.5")]].concat()
    };
    query(&page, &median("5")).await.expect_problem(422, "range_too_large");
    query(&page, &median("4")).await.expect(200);
}
