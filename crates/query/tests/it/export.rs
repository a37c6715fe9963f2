//! The export of samples.

use std::collections::BTreeMap;

use diesel::{RunQueryDsl, sql_query};
use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client};

use crate::{start, write};

async fn export(client: &Client, parameters: &[(&str, &str)]) -> Answer {
    Client::send(client.request(Method::GET, "/api/v1/export").query(parameters)).await
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn all_samples_come_by_series_and_in_the_order_of_time() {
    let (_app, page) = start().await;
    for lines in ["a,host=x value=2 2000\na,host=x value=1.5 1000", "b value=7 500", "a value=-3 1"] {
        write(&page, lines).await;
    }
    write(&page, "a,host=x value=2.5 2000").await;
    let answer = export(&page, &[]).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let expected = [
        json!({"metric": "a", "labels": {"host": "x"}, "timestamps": [1000, 2000], "values": [1.5, 2.5]}),
        json!({"metric": "b", "labels": {}, "timestamps": [500], "values": [7.0]}),
        json!({"metric": "a", "labels": {}, "timestamps": [1], "values": [-3.0]}),
    ];
    assert_eq!(lines(&answer), expected);
}

#[tokio::test]
async fn a_metric_labels_and_a_range_choose_among_them() {
    let (_app, page) = start().await;
    write(&page, "a,host=x value=1 1000\na,host=x value=2 2000\na,host=y value=3 1000\nb value=4 1000").await;
    for (parameters, expected) in [
        (vec![("metric", "b")], vec![4.0]),
        (vec![("metric", "a"), ("label", "host=x")], vec![1.0, 2.0]),
        (vec![("label", "host=y")], vec![3.0]),
        (vec![("start", "1001")], vec![2.0]),
        (vec![("end", "2000")], vec![1.0, 3.0, 4.0]),
        (vec![("label", "host=z")], vec![]),
    ] {
        let found = lines(&export(&page, &parameters).await);
        let found: Vec<_> =
            found.iter().flat_map(|line| line["values"].as_array().unwrap().clone()).collect();
        assert_eq!(json!(found), json!(expected), "{parameters:?}");
    }
}

#[tokio::test]
async fn a_table_has_a_line_for_each_sample() {
    let (_app, page) = start().await;
    write(&page, "a\\ \"b\"\\,c,host=x value=1.25 1000\na\\ \"b\"\\,c,host=x value=1e300 2000").await;
    let table = "metric,labels,timestamp,value\n\
        \"a \"\"b\"\",c\",\"{\"\"host\"\":\"\"x\"\"}\",1000,1.25\n\
        \"a \"\"b\"\",c\",\"{\"\"host\"\":\"\"x\"\"}\",2000,1e300\n";
    let by_format = export(&page, &[("format", "csv")]).await;
    assert_eq!(
        (by_format.body.as_str(), by_format.header("content-type")),
        (table, "text/csv; charset=utf-8")
    );
    let csv = page.with_header("accept", "text/csv;q=0.9, application/x-ndjson;q=0.1");
    assert_eq!(csv.get("/api/v1/export").await.body, table);
    assert_eq!(lines(&csv.get("/api/v1/export?format=ndjson").await).len(), 1);
    let none = export(&page, &[("format", "csv"), ("end", "1")]).await;
    assert_eq!(none.body, "metric,labels,timestamp,value\n");
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let (_app, page) = start().await;
    for (name, value, status, code) in [
        ("metric", "nothing", 404, "metric_not_found"),
        ("metric", "", 400, "metric_name_invalid"),
        ("label", "host", 400, "label_invalid"),
        ("start", "yesterday", 400, "timestamp_invalid"),
        ("end", "1900-01-01T00:00:00Z", 400, "range_empty"),
        ("format", "xml", 400, "query_invalid"),
        ("step", "1d", 400, "query_invalid"),
    ] {
        export(&page, &[(name, value)]).await.expect_problem(status, code);
    }
}

#[tokio::test]
async fn another_accounts_samples_are_not_exported() {
    let (app, anna) = start().await;
    let ben = app.register("ben@example.org").await.page;
    write(&anna, "a value=1 1000").await;
    assert_eq!(export(&ben, &[]).await.body, "");
    export(&ben, &[("metric", "a")]).await.expect_problem(404, "metric_not_found");
}

#[tokio::test]
async fn a_body_is_compressed_for_whoever_accepts_that() {
    let (_app, page) = start().await;
    let samples: Vec<_> = (0..10_000).map(|at| format!("a value=1 {at}")).collect();
    write(&page, &samples.join("\n")).await;
    let packed = page.with_header("accept-encoding", "gzip").get("/api/v1/export?format=csv").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(page.get("/api/v1/export?format=csv").await.header("content-encoding"), "");
}

/// As many samples as take several parts: one series with more than is read at once, and many series beside it.
async fn write_much(client: &Client) -> BTreeMap<String, usize> {
    let long: Vec<_> = (0..300_000_i64).map(|at| format!("long value={at} {}", at * 1_000)).collect();
    for part in long.chunks(100_000) {
        write(client, &part.join("\n")).await;
    }
    let many: Vec<_> = (0..1_500).map(|n| format!("many,n={n} value={n} {n}")).collect();
    write(client, &many.join("\n")).await;
    BTreeMap::from([("long".to_owned(), 300_000), ("many".to_owned(), 1_500)])
}

#[tokio::test]
async fn more_than_is_read_at_once_comes_whole_and_each_sample_once() {
    let (_app, page) = start().await;
    let expected = write_much(&page).await;
    let (mut found, mut latest) = (BTreeMap::new(), BTreeMap::new());
    for line in lines(&export(&page, &[]).await) {
        let times = line["timestamps"].as_array().unwrap();
        assert_eq!(times.len(), line["values"].as_array().unwrap().len());
        *found.entry(line["metric"].as_str().unwrap().to_owned()).or_insert(0) += times.len();
        let key = format!("{}{}", line["metric"], line["labels"]);
        for time in times.iter().map(|time| time.as_i64().unwrap()) {
            let before = latest.insert(key.clone(), time);
            assert!(before.is_none_or(|before| before < time), "{key}: {time} after {before:?}");
        }
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_export_that_cannot_go_on_breaks_off_and_never_looks_whole() {
    let (app, page) = start().await;
    let _ = write_much(&page).await;
    // A series that comes behind all that is read at first.
    write(&page, "last value=1 400000000").await;
    let cut = "update metrics.segments set data = substring(data, 1, octet_length(data) - 1)
        where id = (select max(id) from metrics.segments)";
    assert_eq!(sql_query(cut).execute(&mut app.database.connect_as_superuser()), Ok(1));
    for format in ["ndjson", "csv"] {
        let request = page.request(Method::GET, "/api/v1/export").query(&[("format", format)]);
        let mut answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut received = 0;
        let broken = loop {
            match answer.chunk().await {
                Ok(Some(part)) => received += part.len(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken && received > 1_000_000, "{format}: {received} bytes");
    }
}

#[tokio::test]
async fn a_client_that_takes_its_time_keeps_nobody_from_a_turn() {
    let (_app, page) = start().await;
    let _ = write_much(&page).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut answer = page.request(Method::GET, "/api/v1/export").send().await.unwrap();
        assert!(answer.chunk().await.unwrap().is_some());
        slow.push(answer);
    }
    // Each of them holds what it was sent, and none a turn or a transaction: there are two turns.
    page.get("/api/v1/query?metric=long").await.expect(200);
}
