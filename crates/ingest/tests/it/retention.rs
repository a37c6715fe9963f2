//! For how long samples are kept.

use serde_json::{Value, json};
use tallykeep_test_support::TestApp;

const PATH: &str = "/api/v1/retention";

#[tokio::test]
async fn without_a_word_everything_is_kept_for_ever() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let for_ever = json!({"raw_days": null, "rollup_days": null});
    assert_eq!(page.get(PATH).await.expect(200), for_ever);
    let metric = page.post("/api/v1/metrics", &json!({"name": "m"})).await.expect(201);
    assert_eq!(
        (&metric["raw_retention_days"], &metric["rollup_retention_days"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn an_account_s_retention_is_replaced_as_a_whole() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for body in [
        json!({"raw_days": 30, "rollup_days": 365}),
        json!({"raw_days": 1, "rollup_days": null}),
        json!({"raw_days": 36_500, "rollup_days": 36_500}),
        json!({"raw_days": null, "rollup_days": null}),
    ] {
        assert_eq!(page.put(PATH, &body).await.expect(200), body);
        assert_eq!(page.get(PATH).await.expect(200), body);
    }
    let _ = page.put(PATH, &json!({"raw_days": 7})).await.expect(200);
    let _ = page.put(PATH, &json!({})).await.expect(200);
    assert_eq!(page.get(PATH).await.expect(200)["raw_days"], Value::Null);
}

#[tokio::test]
async fn an_account_s_retention_that_is_wrong_changes_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let before = json!({"raw_days": 30, "rollup_days": 365});
    let _ = page.put(PATH, &before).await.expect(200);
    for (body, code) in [
        (json!({"raw_days": 0}), "retention_invalid"),
        (json!({"raw_days": 36_501}), "retention_invalid"),
        (json!({"raw_days": 8, "rollup_days": 7}), "retention_invalid"),
        (json!({"rollup_days": 7}), "retention_invalid"),
        (json!({"raw_days": 1.5}), "body_invalid"),
        (json!({"raw_days": "7"}), "body_invalid"),
        (json!({"days": 7}), "body_invalid"),
    ] {
        page.put(PATH, &body).await.expect_problem(422, code);
        assert_eq!(page.get(PATH).await.expect(200), before);
    }
}

#[tokio::test]
async fn a_metric_has_a_retention_of_its_own() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = json!({"name": "m", "raw_retention_days": 7, "rollup_retention_days": 90});
    let metric = page.post("/api/v1/metrics", &body).await.expect(201);
    let path = format!("/api/v1/metrics/{}", metric["id"].as_str().unwrap());
    let days = |metric: &Value| json!([metric["raw_retention_days"], metric["rollup_retention_days"]]);
    assert_eq!(days(&metric), json!([7, 90]));
    for (change, expected) in [
        (json!({"raw_retention_days": 90}), json!([90, 90])),
        (json!({"title": "M"}), json!([90, 90])),
        (json!({"raw_retention_days": null}), json!([null, 90])),
        (json!({"raw_retention_days": 8, "rollup_retention_days": null}), json!([8, null])),
    ] {
        assert_eq!(days(&page.patch(&path, &change).await.expect(200)), expected, "{change}");
        assert_eq!(days(&page.get(&path).await.expect(200)), expected, "{change}");
    }
}

#[tokio::test]
async fn a_metric_s_rollups_do_not_go_before_its_samples() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for wrong in [
        json!({"name": "m", "raw_retention_days": 8, "rollup_retention_days": 7}),
        json!({"name": "m", "raw_retention_days": 0}),
        json!({"name": "m", "rollup_retention_days": 36_501}),
    ] {
        page.post("/api/v1/metrics", &wrong).await.expect_problem(422, "retention_invalid");
    }
    let body = json!({"name": "m", "raw_retention_days": 7, "rollup_retention_days": 90});
    let metric = page.post("/api/v1/metrics", &body).await.expect(201);
    let path = format!("/api/v1/metrics/{}", metric["id"].as_str().unwrap());
    // What stays counts, too.
    for wrong in [json!({"raw_retention_days": 91}), json!({"rollup_retention_days": 6})] {
        page.patch(&path, &wrong).await.expect_problem(422, "retention_invalid");
    }
    assert_eq!(page.get(&path).await.expect(200), metric);
}

#[tokio::test]
async fn a_key_for_some_metrics_does_not_decide_on_all() {
    let app = TestApp::start();
    let ada = app.register("anna@example.org").await;
    let terms =
        json!({"name": "scale", "scopes": ["metrics:read", "metrics:write"], "metric_prefix": "scale_"});
    let key = ada.browser.post("/auth/api-keys", &terms).await.expect(201);
    let device = app.stranger().with_token(key["key"].as_str().unwrap());
    assert_eq!(device.put(PATH, &json!({"raw_days": 1})).await.status, 403);
    assert_eq!(device.get(PATH).await.status, 403);
}
