//! Listing days.

use serde_json::{Value, json};
use tallykeep_test_support::Client;

use crate::start;

async fn put_days(client: &Client, first: &str, days: usize) -> Vec<String> {
    client.post("/api/v1/metrics", &json!({"name": "mood"})).await.expect(201);
    let first: jiff::civil::Date = first.parse().unwrap();
    let dates: Vec<_> =
        first.series(jiff::Span::new().days(1)).take(days).map(|date| date.to_string()).collect();
    for (n, date) in dates.iter().enumerate() {
        let body = json!({"values": {"mood": n}, "note": date});
        client.put(&format!("/api/v1/entries/{date}"), &body).await.expect(201);
    }
    dates
}

fn dates(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|entry| entry["date"].as_str().unwrap().to_owned()).collect()
}

/// All days, page by page, and how many each page had.
async fn pages(client: &Client, query: &str) -> (Vec<String>, Vec<usize>) {
    let (mut all, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/api/v1/entries?{query}{cursor}")).await.expect(200);
        let dates = dates(&page);
        sizes.push(dates.len());
        all.extend(dates);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (all, sizes),
        }
    }
}

#[tokio::test]
async fn two_hundred_and_fifty_days_come_page_by_page_each_once() {
    let (_app, page) = start().await;
    let days = put_days(&page, "2025-12-01", 250).await;
    assert_eq!(pages(&page, "").await, (days.clone(), vec![100, 100, 50]));
    assert_eq!(pages(&page, "limit=125").await, (days.clone(), vec![125, 125]));
    assert_eq!(pages(&page, "limit=1000").await, (days.clone(), vec![250]));
    let within = pages(&page, "limit=30&start=2025-12-11&end=2026-02-08").await;
    assert_eq!(within, (days[10..70].to_vec(), vec![30, 30]));
}

#[tokio::test]
async fn each_day_comes_with_its_own_values_and_note() {
    let (_app, page) = start().await;
    put_days(&page, "2026-01-01", 3).await;
    page.put("/api/v1/entries/2026-01-02", &json!({})).await.expect(200);
    let list = page.get("/api/v1/entries").await.expect(200);
    let shown: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!([entry["values"], entry["note"]]))
        .collect();
    let expected =
        [json!([{"mood": 0.0}, "2026-01-01"]), json!([{}, null]), json!([{"mood": 2.0}, "2026-01-03"])];
    assert_eq!(shown, expected);
    let single = page.get("/api/v1/entries/2026-01-03").await.expect(200);
    assert_eq!(list["items"][2], single);
}

#[tokio::test]
async fn both_ends_of_the_range_are_part_of_it() {
    let (_app, page) = start().await;
    let days = put_days(&page, "2026-01-01", 5).await;
    for (query, expected) in [
        ("start=2026-01-02&end=2026-01-04", &days[1..4]),
        ("start=2026-01-02&end=2026-01-02", &days[1..2]),
        ("start=2026-01-04", &days[3..]),
        ("end=2026-01-02", &days[..2]),
        ("start=2027-01-01", &[]),
        ("start=2026-01-02&cursor=2026-01-01&end=2026-01-03", &days[1..3]),
        ("end=2026-01-02&cursor=2026-01-05", &[]),
    ] {
        let list = page.get(&format!("/api/v1/entries?{query}")).await.expect(200);
        assert_eq!((dates(&list), &list["next_cursor"]), (expected.to_vec(), &Value::Null), "{query}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let (_app, page) = start().await;
    for (query, code) in [
        ("start=2026-02-30", "date_invalid"),
        ("end=1767225600000", "date_invalid"),
        ("start=1800-01-01", "date_out_of_range"),
        ("start=2026-01-02&end=2026-01-01", "range_empty"),
        ("limit=0", "limit_invalid"),
        ("limit=1001", "limit_invalid"),
        ("limit=-1", "query_invalid"),
        ("cursor=next", "cursor_invalid"),
        ("colour=red", "query_invalid"),
    ] {
        page.get(&format!("/api/v1/entries?{query}")).await.expect_problem(400, code);
    }
}

#[tokio::test]
async fn another_accounts_days_are_not_seen() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    put_days(&anna, "2026-01-01", 2).await;
    assert_eq!(ben.get("/api/v1/entries").await.expect(200), json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_day_that_is_given_empty_is_not_left_out() {
    let (_app, page) = start().await;
    for name in ["start", "end", "cursor", "limit"] {
        assert_eq!(page.get(&format!("/api/v1/entries?{name}=")).await.status, 400, "{name}");
    }
    for name in ["metric", "cursor", "limit"] {
        assert_eq!(page.get(&format!("/api/v1/series?{name}=")).await.status, 400, "{name}");
    }
}
