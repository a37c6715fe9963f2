//! Alive, ready and well, and what is said of it while the database is away.

use serde_json::json;
use tallykeep_service::Health;
use tallykeep_test_support::{Client, TestApp, http_settings};

use crate::app;

#[actix_web::test]
async fn a_service_with_its_database_is_well() {
    let app = TestApp::start();
    let client = app.stranger();
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(client.get("/readyz").await.status, 200);
    let health = client.get("/health").await.expect(200);
    assert_eq!((&health["status"], &health["database"]), (&json!("healthy"), &json!("connected")));
}

#[actix_web::test]
async fn a_service_without_its_database_lives_but_is_not_ready() {
    let app = TestApp::start();
    let client = app.stranger();
    app.line.cut();
    assert_eq!(client.get("/livez").await.status, 200);
    let ready = client.get("/readyz").await;
    ready.expect_problem(503, "database_unavailable");
    assert_eq!(ready.header("retry-after"), "2");
    assert_eq!(client.get("/readyz?exclude=database").await.status, 200);
    client.get("/readyz?exclude=disk").await.expect_problem(400, "query_invalid");
    let health = client.get("/health").await.expect(503);
    assert_eq!((&health["status"], &health["database"]), (&json!("unhealthy"), &json!("disconnected")));
    app.line.mend();
    assert_eq!(client.get("/readyz").await.status, 200);
    assert_eq!(client.get("/health").await.status, 200);
}

#[actix_web::test]
async fn a_service_that_needs_no_database_says_so() {
    let served = app::serve(http_settings(), Health::default());
    let client = Client::new(&served.url);
    assert_eq!(client.get("/readyz").await.status, 200);
    assert_eq!(client.get("/health").await.expect(200)["database"], "unused");
}

#[actix_web::test]
async fn a_request_that_failed_for_want_of_the_database_succeeds_when_it_is_back() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let metric = json!({"name": "mood"});
    assert_eq!(ada.browser.get("/auth/account").await.status, 200);
    app.line.cut();
    for answer in [
        ada.page.post("/api/v1/metrics", &metric).await,
        ada.page.get("/api/v1/metrics").await,
        ada.browser.get("/auth/account").await,
        app.stranger().get("/auth/registration").await,
    ] {
        answer.expect_problem(503, "database_unavailable");
        assert_eq!(answer.header("retry-after"), "2");
    }
    app.line.mend();
    let _ = ada.page.post("/api/v1/metrics", &metric).await.expect(201);
    assert_eq!(ada.page.get("/api/v1/metrics").await.expect(200)["items"].as_array().unwrap().len(), 1);
}
