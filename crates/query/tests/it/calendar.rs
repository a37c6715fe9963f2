//! Days, weeks and months in a time zone.

use serde_json::{Value, json};
use tallykeep_test_support::Client;

use crate::{points, query, start, write};

/// A sample in the middle of each hour from `start` up to `end`, both in Unix milliseconds.
async fn write_hourly(client: &Client, start: i64, end: i64) {
    let hours = (start..end).step_by(3_600_000);
    let lines: Vec<_> = hours.map(|at| format!("m value=1 {}", at + 1_800_000)).collect();
    write(client, &lines.join("\n")).await;
}

fn millis(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Points as their time in UTC and the value.
fn shown(points: &Value) -> Vec<(String, f64)> {
    let instant = |point: &Value| jiff::Timestamp::from_millisecond(point[0].as_i64().unwrap()).unwrap();
    let points = points.as_array().unwrap().iter();
    points.map(|point| (instant(point).to_string(), point[1].as_f64().unwrap())).collect()
}

async fn counted(client: &Client, start: &str, end: &str, more: &[(&str, &str)]) -> Vec<(String, f64)> {
    let parameters = [("metric", "m"), ("start", start), ("end", end), ("aggregate", "count")];
    shown(&points(client, &[parameters.as_slice(), more].concat()).await)
}

fn expected(points: &[(&str, f64)]) -> Vec<(String, f64)> {
    points.iter().map(|(at, value)| ((*at).to_owned(), *value)).collect()
}

#[tokio::test]
async fn days_on_which_the_clocks_change_have_23_and_25_hours() {
    let (_app, page) = start().await;
    write_hourly(&page, millis("2026-03-27T23:00:00Z"), millis("2026-03-30T22:00:00Z")).await;
    let spring = counted(&page, "2026-03-28T00:00:00+01:00", "2026-03-31T00:00:00+02:00", &[("step", "1d")]);
    assert_eq!(
        spring.await,
        expected(&[
            ("2026-03-27T23:00:00Z", 24.0),
            ("2026-03-28T23:00:00Z", 23.0),
            ("2026-03-29T22:00:00Z", 24.0),
        ])
    );
    write_hourly(&page, millis("2026-10-24T22:00:00Z"), millis("2026-10-26T23:00:00Z")).await;
    let autumn = counted(&page, "2026-10-25T00:00:00+02:00", "2026-10-27T00:00:00+01:00", &[("step", "1d")]);
    assert_eq!(autumn.await, expected(&[("2026-10-24T22:00:00Z", 25.0), ("2026-10-25T23:00:00Z", 24.0)]));
}

#[tokio::test]
async fn weeks_begin_on_monday_and_months_on_the_first() {
    let (_app, page) = start().await;
    write_hourly(&page, millis("2026-02-28T00:00:00Z"), millis("2026-03-10T00:00:00Z")).await;
    let (start, end) = ("2026-02-28T00:00:00Z", "2026-03-10T00:00:00Z");
    let zone = ("time_zone", "UTC");
    assert_eq!(
        counted(&page, start, end, &[("step", "1w"), zone]).await,
        expected(&[
            ("2026-02-23T00:00:00Z", 48.0),
            ("2026-03-02T00:00:00Z", 168.0),
            ("2026-03-09T00:00:00Z", 24.0),
        ])
    );
    assert_eq!(
        counted(&page, start, end, &[("step", "1mo"), zone]).await,
        expected(&[("2026-02-01T00:00:00Z", 24.0), ("2026-03-01T00:00:00Z", 216.0)])
    );
    assert_eq!(
        counted(&page, start, end, &[("step", "1mo"), ("time_zone", "Europe/Berlin")]).await,
        expected(&[("2026-01-31T23:00:00Z", 23.0), ("2026-02-28T23:00:00Z", 217.0)])
    );
}

#[tokio::test]
async fn the_query_may_count_days_in_another_zone() {
    let (_app, page) = start().await;
    write_hourly(&page, millis("2026-01-01T00:00:00Z"), millis("2026-01-02T00:00:00Z")).await;
    let (start, end) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    assert_eq!(
        counted(&page, start, end, &[("step", "1d"), ("time_zone", "Asia/Tokyo")]).await,
        expected(&[("2025-12-31T15:00:00Z", 15.0), ("2026-01-01T15:00:00Z", 9.0)])
    );
    let answer = query(&page, &[("metric", "m"), ("time_zone", "Asia/Tokyo")]).await.expect(200);
    assert_eq!(answer["time_zone"], "Asia/Tokyo");
}

#[tokio::test]
async fn entries_count_as_samples_at_the_start_of_their_day() {
    let (_app, page) = start().await;
    page.post("/api/v1/metrics", &json!({"name": "mood", "kind": "scale"})).await.expect(201);
    for (date, mood) in [("2026-03-28", 1), ("2026-03-29", 2), ("2026-03-30", 3)] {
        let path = format!("/api/v1/entries/{date}");
        page.put(&path, &json!({"values": {"mood": mood}})).await.expect(201);
    }
    let raw = |start, end| [("metric", "mood"), ("aggregate", "raw"), ("start", start), ("end", end)];
    let all = points(&page, &raw("2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z")).await;
    let midnights = expected(&[
        ("2026-03-27T23:00:00Z", 1.0),
        ("2026-03-28T23:00:00Z", 2.0),
        ("2026-03-29T22:00:00Z", 3.0),
    ]);
    assert_eq!(shown(&all), midnights);
    // A range holds its start and not its end, to the millisecond.
    let one = points(&page, &raw("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")).await;
    assert_eq!(shown(&one), midnights[1..2]);
    let none = query(&page, &raw("2026-03-28T23:00:00.001Z", "2026-03-29T22:00:00Z")).await.expect(200);
    assert_eq!(none["series"], json!([]));
    let two = points(&page, &raw("2026-03-28T23:00:00Z", "2026-03-29T22:00:00.001Z")).await;
    assert_eq!(shown(&two), midnights[1..]);
}

#[tokio::test]
async fn entries_and_samples_are_combined_and_entries_are_left_out_under_a_label() {
    let (_app, page) = start().await;
    write(&page, &format!("mood,app=x value=4 {}", millis("2026-01-01T12:00:00Z"))).await;
    page.put("/api/v1/entries/2026-01-01", &json!({"values": {"mood": 2}})).await.expect(201);
    let day = [
        ("metric", "mood"),
        ("start", "2026-01-01T00:00:00+01:00"),
        ("end", "2026-01-02T00:00:00+01:00"),
        ("step", "1d"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [day.as_slice(), more].concat();
    assert_eq!(shown(&points(&page, &day).await), expected(&[("2025-12-31T23:00:00Z", 3.0)]));
    assert_eq!(
        shown(&points(&page, &with(&[("label", "app=x")])).await),
        expected(&[("2025-12-31T23:00:00Z", 4.0)])
    );
    let grouped = crate::series(&page, &with(&[("group_by", "app")])).await;
    let at = millis("2025-12-31T23:00:00Z");
    assert_eq!(grouped, json!([[{}, [[at, 2.0]]], [{"app": "x"}, [[at, 4.0]]]]));
    // The day is one of the account's zone, whatever zone the query counts in.
    let elsewhere = points(&page, &with(&[("aggregate", "min"), ("time_zone", "America/New_York")])).await;
    let before = ("2025-12-31T05:00:00Z", 2.0);
    assert_eq!(shown(&elsewhere), expected(&[before, ("2026-01-01T05:00:00Z", 4.0)]));
}

#[tokio::test]
async fn the_first_and_the_last_day_are_whole_whatever_the_range_cuts() {
    let (_app, page) = start().await;
    // 2026-11-20 and 2026-11-21 in Berlin begin at 23:00 UTC of the day before.
    write(
        &page,
        "m value=1 1795129200000\nm value=2 1795179600000\nm value=4 1795215600000\nm value=8 1795266000000",
    )
    .await;
    let cut = [
        ("metric", "m"),
        ("step", "1d"),
        ("aggregate", "sum"),
        ("start", "2026-11-20T12:00:00Z"),
        ("end", "2026-11-21T12:00:00Z"),
    ];
    let points = json!([[1_795_129_200_000_i64, 3.0], [1_795_215_600_000_i64, 12.0]]);
    assert_eq!(query(&page, &cut).await.expect(200)["series"][0]["points"], points);
}
