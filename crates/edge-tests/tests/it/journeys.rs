//! A person's and a device's way through all services, each behind Traefik.

use reqwest::Method;
use serde_json::json;
use tallykeep_test_support::{Client, SignedIn};

use crate::{docker::until, stack::Stack};

/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000;

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn what_a_device_sends_its_person_reads() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let stranger = stack.stranger();
        let credentials = json!({"email": person.email, "password": SignedIn::PASSWORD});
        let answer = stranger.post("/auth/login", &credentials).await;
        let _ = answer.expect(200);
        let again = SignedIn::with_cookie(&stranger, &answer).await;
        let device = again.machine(&["metrics:write"]).await;

        let line = format!("weight,scale=bathroom value=71.5 {BEGIN}");
        let _ = device.post_bytes("/api/v2/write?precision=ms", line).await.expect(204);
        let sample =
            json!({"metric": "weight", "labels": {"scale": "bathroom"}, "timestamp": BEGIN + 1, "value": 72});
        let answer = device.post("/api/v1/samples", &json!({"samples": [sample]})).await.expect(200);
        assert_eq!(answer["accepted"], 1, "{answer}");

        let range = format!("start={BEGIN}&end={}", BEGIN + 2);
        let path = format!("/api/v1/query?metric=weight&aggregate=raw&{range}");
        let answer = again.page.get(&path).await.expect(200);
        assert_eq!(answer["series"][0]["points"], json!([[BEGIN, 71.5], [BEGIN + 1, 72.0]]), "{answer}");
        let _ = device.get(&path).await.expect_problem(403, "scope_insufficient");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_key_that_was_revoked_is_refused_soon() {
    for stack in Stack::both().await {
        let person = stack.register().await;
        let device = person.machine().await;
        let _ = device.post_bytes("/write", "steps value=1").await.expect(204);
        let keys = person.signed_in.browser.get("/auth/api-keys").await.expect(200);
        let id = keys["items"][0]["id"].as_str().expect("an id");
        let _ = person.signed_in.browser.delete(&format!("/auth/api-keys/{id}")).await.expect(204);
        until("the services have forgotten the key", async || {
            device.post_bytes("/write", "steps value=1").await.status == 401
        })
        .await;
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_large_body_goes_through_and_a_larger_one_is_refused() {
    for stack in Stack::both().await {
        let device = stack.register().await.machine().await;
        let lines: String = (0..9_000).map(|n| format!("large value={n} {}\n", BEGIN + n)).collect();
        let _ = device.post_bytes("/api/v2/write?precision=ms", lines).await.expect(204);
        let answer =
            Client::try_send(device.request(Method::POST, "/api/v2/write").body(vec![b'#'; 64 << 20])).await;
        // A server that does not read on may hang up before the answer is heard.
        assert!(answer.is_none_or(|answer| answer.status == 413));
    }
}
