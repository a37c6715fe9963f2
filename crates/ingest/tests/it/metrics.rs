//! Definitions.

use serde_json::{Value, json};
use tallykeep_test_support::TestApp;

use crate::count;

async fn create(client: &tallykeep_test_support::Client, body: Value) -> String {
    let metric = client.post("/api/v1/metrics", &body).await.expect(201);
    format!("/api/v1/metrics/{}", metric["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_metric_is_what_it_was_defined_as() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = json!({
        "name": "weight", "title": "Weight", "unit": "kg", "kind": "gauge", "aggregation": "last",
        "minimum": 20, "maximum": 300.5,
    });
    let created = page.post("/api/v1/metrics", &body).await.expect(201);
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(created[field].as_f64(), value.as_f64(), "{field}");
        assert_eq!(created[field].as_str(), value.as_str(), "{field}");
    }
    assert_eq!(created["archived_at"], Value::Null);
    let path = format!("/api/v1/metrics/{}", created["id"].as_str().unwrap());
    assert_eq!(page.get(&path).await.expect(200), created);
    assert_eq!(page.get("/api/v1/metrics").await.expect(200)["items"], json!([created]));
}

#[tokio::test]
async fn what_is_left_out_follows_from_the_kind() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for (kind, aggregation, minimum, maximum) in [
        (json!(null), "avg", json!(null), json!(null)),
        (json!("counter"), "increase", json!(null), json!(null)),
        (json!("delta"), "sum", json!(null), json!(null)),
        (json!("duration"), "sum", json!(null), json!(null)),
        (json!("scale"), "avg", json!(0.0), json!(10.0)),
        (json!("boolean"), "avg", json!(0.0), json!(1.0)),
    ] {
        let name = format!("of kind {kind}");
        let metric = page.post("/api/v1/metrics", &json!({"name": name, "kind": kind})).await.expect(201);
        assert_eq!(metric["title"], metric["name"]);
        assert_eq!(metric["aggregation"], aggregation, "{kind}");
        assert_eq!((&metric["minimum"], &metric["maximum"]), (&minimum, &maximum), "{kind}");
    }
}

#[tokio::test]
async fn a_definition_that_is_wrong_is_refused_and_makes_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for (body, status, code) in [
        (json!({}), 422, "body_invalid"),
        (json!({"name": 7}), 422, "body_invalid"),
        (json!({"name": "m", "colour": "red"}), 422, "body_invalid"),
        (json!({"name": ""}), 422, "metric_name_invalid"),
        (json!({"name": "x".repeat(201)}), 422, "metric_name_invalid"),
        (json!({"name": "a\u{0}b"}), 422, "metric_name_invalid"),
        (json!({"name": "m", "title": " m"}), 422, "title_invalid"),
        (json!({"name": "m", "unit": ""}), 422, "unit_invalid"),
        (json!({"name": "m", "kind": "histogram"}), 422, "word_unknown"),
        (json!({"name": "m", "aggregation": "p99"}), 422, "word_unknown"),
        (json!({"name": "m", "aggregation": "rate"}), 422, "aggregation_unsuitable"),
        (json!({"name": "m", "kind": "counter", "aggregation": "sum"}), 422, "aggregation_unsuitable"),
        (json!({"name": "m", "minimum": 5, "maximum": 5}), 422, "bounds_invalid"),
        (json!({"name": "m", "minimum": 6, "maximum": 5}), 422, "bounds_invalid"),
    ] {
        let answer = page.post("/api/v1/metrics", &body).await;
        answer.expect_problem(status, code);
    }
    let answer =
        page.request(reqwest::Method::POST, "/api/v1/metrics").header("content-type", "application/json");
    let answer =
        tallykeep_test_support::Client::send(answer.body(r#"{"name": "m", "minimum": 1e999}"#)).await;
    answer.expect_problem(400, "json_malformed");
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn a_name_is_taken_within_an_account_and_free_in_another() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await.page;
    let ben = app.register("ben@example.org").await.page;
    create(&anna, json!({"name": "mood"})).await;
    anna.post("/api/v1/metrics", &json!({"name": "mood"})).await.expect_problem(409, "metric_name_taken");
    create(&ben, json!({"name": "mood"})).await;
    create(&anna, json!({"name": "Mood"})).await;
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_nothing_else() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let path = create(&page, json!({"name": "m", "unit": "kg", "minimum": 1, "maximum": 5})).await;
    let before = page.get(&path).await.expect(200);
    assert_eq!(page.patch(&path, &json!({})).await.expect(200), before);
    let mut expected = before;
    for (field, value) in [
        ("title", json!("Title")),
        ("unit", json!(null)),
        ("unit", json!("g")),
        ("kind", json!("delta")),
        ("aggregation", json!("max")),
        ("minimum", json!(null)),
        ("maximum", json!(2.5)),
        ("minimum", json!(-3.0)),
    ] {
        expected[field] = value.clone();
        assert_eq!(page.patch(&path, &json!({field: value})).await.expect(200), expected, "{field}");
        assert_eq!(page.get(&path).await.expect(200), expected, "{field}");
    }
}

#[tokio::test]
async fn with_its_kind_a_metric_loses_an_aggregation_that_means_nothing_any_more() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let path = create(&page, json!({"name": "m", "kind": "counter"})).await;
    for (kind, aggregation) in [("gauge", "avg"), ("delta", "avg"), ("counter", "avg")] {
        let metric = page.patch(&path, &json!({"kind": kind})).await.expect(200);
        assert_eq!((&metric["kind"], &metric["aggregation"]), (&json!(kind), &json!(aggregation)));
    }
    let rate = json!({"aggregation": "rate"});
    assert_eq!(page.patch(&path, &rate).await.expect(200)["aggregation"], "rate");
}

#[tokio::test]
async fn a_name_never_changes() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let path = create(&page, json!({"name": "m"})).await;
    page.patch(&path, &json!({"name": "n"})).await.expect_problem(422, "body_invalid");
    assert_eq!(page.get(&path).await.expect(200)["name"], "m");
}

#[tokio::test]
async fn a_change_that_is_wrong_changes_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let path = create(&page, json!({"name": "m", "minimum": 1, "maximum": 5})).await;
    let before = page.get(&path).await.expect(200);
    for (body, code) in [
        (json!({"title": ""}), "title_invalid"),
        (json!({"unit": "\n"}), "unit_invalid"),
        (json!({"kind": "none"}), "word_unknown"),
        (json!({"aggregation": ""}), "word_unknown"),
        (json!({"aggregation": "increase"}), "aggregation_unsuitable"),
        (json!({"kind": "counter", "aggregation": "sum"}), "aggregation_unsuitable"),
        (json!({"title": "new", "minimum": 5}), "bounds_invalid"),
        (json!({"maximum": 0}), "bounds_invalid"),
        (json!({"maximum": "5"}), "body_invalid"),
    ] {
        page.patch(&path, &body).await.expect_problem(422, code);
    }
    assert_eq!(page.get(&path).await.expect(200), before);
}

#[tokio::test]
async fn a_metric_that_is_put_away_is_listed_only_when_asked_for() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let path = create(&page, json!({"name": "m"})).await;
    let archived = page.patch(&path, &json!({"archived": true})).await.expect(200);
    assert!(archived["archived_at"].is_string(), "{archived}");
    assert_eq!(page.get("/api/v1/metrics").await.expect(200)["items"], json!([]));
    assert_eq!(page.get("/api/v1/metrics?archived=true").await.expect(200)["items"], json!([archived]));
    // The same again changes nothing, not even since when.
    assert_eq!(page.patch(&path, &json!({"archived": true})).await.expect(200), archived);
    let back = page.patch(&path, &json!({"archived": false})).await.expect(200);
    assert_eq!(back["archived_at"], Value::Null);
    assert_eq!(page.get("/api/v1/metrics").await.expect(200)["items"], json!([back]));
}

#[tokio::test]
async fn another_accounts_metric_is_not_there() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await.page;
    let ben = app.register("ben@example.org").await.page;
    let path = create(&anna, json!({"name": "mood"})).await;
    ben.get(&path).await.expect_problem(404, "metric_not_found");
    ben.patch(&path, &json!({"title": "stolen"})).await.expect_problem(404, "metric_not_found");
    assert_eq!(ben.get("/api/v1/metrics?archived=true").await.expect(200)["items"], json!([]));
    assert_eq!(anna.get(&path).await.expect(200)["title"], "mood");
    anna.get("/api/v1/metrics/7").await.expect_problem(400, "id_invalid");
}

#[tokio::test]
async fn a_scope_lets_do_what_it_says() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    let (reader, writer) = (anna.machine(&["metrics:read"]).await, anna.machine(&["metrics:write"]).await);
    let path = create(&writer, json!({"name": "m"})).await;
    reader.get(&path).await.expect(200);
    reader.post("/api/v1/metrics", &json!({"name": "n"})).await.expect_problem(403, "scope_insufficient");
    reader.patch(&path, &json!({})).await.expect_problem(403, "scope_insufficient");
    writer.get(&path).await.expect_problem(403, "scope_insufficient");
    writer.get("/api/v1/metrics").await.expect_problem(403, "scope_insufficient");
    app.stranger().get(&path).await.expect_problem(401, "credential_missing");
    assert_eq!(count(&app, "metrics.metrics"), 1);
}

#[tokio::test]
async fn a_list_is_no_metric() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.post("/api/v1/metrics", &json!(["m"])).await.expect_problem(422, "body_invalid");
    let all = json!(["m", "title", null, null, null, null, null]);
    page.post("/api/v1/metrics", &all).await.expect_problem(422, "body_invalid");
    page.put("/api/v1/entries/2026-01-02", &json!([{}, "note"])).await.expect_problem(422, "body_invalid");
}
