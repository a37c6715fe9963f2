//! Merging what was written, as the services do it together.

use serde_json::json;
use tallykeep_test_support::TestApp;

use crate::lines;

#[tokio::test]
async fn what_is_written_is_merged_by_itself_and_reads_as_before() {
    let app = TestApp::start();
    let page = app.register("ada@example.org").await.page;
    for at in 0..3 {
        let sample = json!({"metric": "weight", "timestamp": at, "value": 70 + at});
        let _ = page.post("/api/v1/samples", &json!({"samples": [sample]})).await.expect(200);
    }
    let query = "/api/v1/query?metric=weight&aggregate=raw&start=0&end=10";
    let before = page.get(query).await.expect(200);
    let app = app.restart_with(|settings| settings.worker.compaction.after_samples = 3);
    let chunks = "select samples::text as line from metrics.chunks";
    let merged = loop {
        let merged = lines(&mut app.database.connect_as_superuser(), chunks);
        if !merged.is_empty() {
            break merged;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(merged, ["3"]);
    assert!(
        lines(&mut app.database.connect_as_superuser(), "select id::text as line from metrics.segments")
            .is_empty()
    );
    assert_eq!(page.at(&app.url).get(query).await.expect(200), before);
}
