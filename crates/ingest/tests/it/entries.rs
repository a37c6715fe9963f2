//! Days that a person fills in.

use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp};

use crate::count;

const DAY: &str = "/api/v1/entries/2026-03-29";

async fn start() -> (TestApp, Client) {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for metric in [
        json!({"name": "mood", "kind": "scale"}),
        json!({"name": "sleep", "minimum": 0}),
        json!({"name": "pain", "maximum": 10}),
    ] {
        page.post("/api/v1/metrics", &metric).await.expect(201);
    }
    (app, page)
}

#[tokio::test]
async fn a_day_is_created_then_updated_and_then_gone() {
    let (_app, page) = start().await;
    page.get(DAY).await.expect_problem(404, "entry_not_found");
    let body = json!({"values": {"mood": 7, "sleep": 8.5}, "note": "long walk\n\tby the sea"});
    let created = page.put(DAY, &body).await;
    let entry = created.expect(201);
    assert_eq!(created.header("x-operation"), "created");
    assert_eq!(entry["date"], "2026-03-29");
    assert_eq!(entry["values"], json!({"mood": 7.0, "sleep": 8.5}));
    assert_eq!(entry["note"], body["note"]);
    assert_eq!(page.get(DAY).await.expect(200), entry);
    let updated = page.put(DAY, &body).await;
    assert_eq!((updated.status.as_u16(), updated.header("x-operation")), (200, "updated"));
    assert_eq!(updated.json()["created_at"], entry["created_at"]);
    page.delete(DAY).await.expect(204);
    page.get(DAY).await.expect_problem(404, "entry_not_found");
    page.delete(DAY).await.expect_problem(404, "entry_not_found");
    assert_eq!(page.put(DAY, &body).await.header("x-operation"), "created");
}

#[tokio::test]
async fn a_write_replaces_the_day_and_merges_nothing() {
    let (app, page) = start().await;
    page.put(DAY, &json!({"values": {"mood": 7, "sleep": 8}, "note": "x"})).await.expect(201);
    let entry = page.put(DAY, &json!({"values": {"pain": 1}})).await.expect(200);
    assert_eq!((&entry["values"], &entry["note"]), (&json!({"pain": 1.0}), &Value::Null));
    assert_eq!(page.get(DAY).await.expect(200), entry);
    let empty = page.put(DAY, &json!({})).await.expect(200);
    assert_eq!(page.get(DAY).await.expect(200), empty);
    assert_eq!(empty["values"], json!({}));
    assert_eq!((count(&app, "metrics.entries"), count(&app, "metrics.entry_values")), (1, 0));
}

#[tokio::test]
async fn an_entry_that_is_wrong_changes_nothing() {
    let (_app, page) = start().await;
    let before = page.put(DAY, &json!({"values": {"mood": 7}, "note": "x"})).await.expect(201);
    let too_many: Value =
        (0..201).map(|n| (format!("m{n}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    for (body, code) in [
        (json!({"values": {"mood": 5, "nothing": 1}}), "metric_not_found"),
        (json!({"values": {"mood": 10.5}}), "value_out_of_bounds"),
        (json!({"values": {"mood": -1}}), "value_out_of_bounds"),
        (json!({"values": {"sleep": -0.5}}), "value_out_of_bounds"),
        (json!({"values": {"pain": 11}}), "value_out_of_bounds"),
        (json!({"values": {"mo\u{0}od": 1}}), "metric_name_invalid"),
        (json!({"values": {"": 1}}), "metric_name_invalid"),
        (json!({"values": {"mood": "7"}}), "body_invalid"),
        (json!({"values": {"mood": null}}), "body_invalid"),
        (json!({"values": too_many}), "values_too_many"),
        (json!({"values": {}, "colour": "red"}), "body_invalid"),
        (json!({"note": "x".repeat(10_001)}), "note_invalid"),
        (json!({"note": "a\u{0}"}), "note_invalid"),
        (json!({"note": "a\u{1b}[2J"}), "note_invalid"),
        (json!({"note": 7}), "body_invalid"),
    ] {
        page.put(DAY, &body).await.expect_problem(422, code);
    }
    let twice = page.request(reqwest::Method::PUT, DAY).header("content-type", "application/json");
    let twice = Client::send(twice.body(r#"{"values": {"mood": 1, "mood": 2}}"#)).await;
    twice.expect_problem(422, "value_duplicate");
    assert_eq!(page.get(DAY).await.expect(200), before);
}

#[tokio::test]
async fn bounds_are_part_of_what_is_allowed() {
    let (_app, page) = start().await;
    page.put(DAY, &json!({"values": {"mood": 0, "sleep": 0, "pain": 10}})).await.expect(201);
    page.put(DAY, &json!({"values": {"mood": 10, "sleep": 1e300, "pain": -1e300}})).await.expect(200);
}

#[tokio::test]
async fn a_note_may_be_ten_thousand_characters_long() {
    let (_app, page) = start().await;
    let note = "ß".repeat(10_000);
    assert_eq!(page.put(DAY, &json!({"note": note})).await.expect(201)["note"], note);
}

#[tokio::test]
async fn a_date_that_is_none_is_refused() {
    let (_app, page) = start().await;
    for (date, code) in [
        ("today", "date_invalid"),
        ("2026-02-30", "date_invalid"),
        ("2026-2-3", "date_invalid"),
        ("2026-02-03T00:00:00Z", "date_invalid"),
        ("20260203", "date_invalid"),
        ("1900-01-01", "date_out_of_range"),
        ("2199-12-31", "date_out_of_range"),
    ] {
        let path = format!("/api/v1/entries/{date}");
        page.put(&path, &json!({"values": {}})).await.expect_problem(400, code);
        page.get(&path).await.expect_problem(400, code);
        page.delete(&path).await.expect_problem(400, code);
    }
    for date in ["1900-01-02", "2199-12-30", "2024-02-29"] {
        page.put(&format!("/api/v1/entries/{date}"), &json!({"values": {"mood": 1}})).await.expect(201);
    }
}

#[tokio::test]
async fn another_accounts_day_is_its_own() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    let entry = anna.put(DAY, &json!({"values": {"mood": 7}})).await.expect(201);
    ben.get(DAY).await.expect_problem(404, "entry_not_found");
    ben.delete(DAY).await.expect_problem(404, "entry_not_found");
    ben.put(DAY, &json!({"values": {"mood": 1}})).await.expect_problem(422, "metric_not_found");
    assert_eq!(ben.put(DAY, &json!({"note": "mine"})).await.expect(201)["values"], json!({}));
    ben.delete(DAY).await.expect(204);
    assert_eq!(anna.get(DAY).await.expect(200), entry);
}

#[tokio::test]
async fn a_scope_lets_do_what_it_says() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    let (reader, writer) = (anna.machine(&["metrics:read"]).await, anna.machine(&["metrics:write"]).await);
    reader.put(DAY, &json!({"note": "x"})).await.expect_problem(403, "scope_insufficient");
    writer.put(DAY, &json!({"note": "x"})).await.expect(201);
    writer.get(DAY).await.expect_problem(403, "scope_insufficient");
    reader.get(DAY).await.expect(200);
    reader.delete(DAY).await.expect_problem(403, "scope_insufficient");
    app.stranger().get(DAY).await.expect_problem(401, "credential_missing");
    writer.delete(DAY).await.expect(204);
}
