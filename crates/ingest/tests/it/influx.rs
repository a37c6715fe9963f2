//! The write paths of InfluxDB.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, TestApp};

use crate::{Stall, count, stored};

/// What an answer of either API says, after a look at its shape.
#[track_caller]
fn message(path: &str, answer: &Answer, status: u16, code: &str) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.header("content-type"), "application/json");
    let fields: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    if path.starts_with("/write") {
        assert_eq!(fields, ["error"]);
        body["error"].as_str().unwrap().to_owned()
    } else {
        assert_eq!(fields, ["code", "message"]);
        assert_eq!(body["code"], code);
        body["message"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn every_precision_of_both_paths_means_the_same_instant() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let hour = 488_888_i64;
    let cases = [
        ("/write", hour * 3_600_000_000_000),
        ("/write?db=x&precision=n", hour * 3_600_000_000_000),
        ("/write?db=x&precision=ns", hour * 3_600_000_000_000),
        ("/write?db=x&precision=u", hour * 3_600_000_000),
        ("/write?db=x&precision=%C2%B5", hour * 3_600_000_000),
        ("/write?db=x&precision=ms", hour * 3_600_000),
        ("/write?db=x&precision=s", hour * 3_600),
        ("/write?db=x&precision=m", hour * 60),
        ("/write?db=x&precision=h", hour),
        ("/api/v2/write?org=o&bucket=b", hour * 3_600_000_000_000),
        ("/api/v2/write?org=o&bucket=b&precision=", hour * 3_600_000_000_000),
        ("/api/v2/write?org=o&bucket=b&precision=ns", hour * 3_600_000_000_000),
        ("/api/v2/write?org=o&bucket=b&precision=us", hour * 3_600_000_000),
        ("/api/v2/write?org=o&bucket=b&precision=ms", hour * 3_600_000),
        ("/api/v2/write?org=o&bucket=b&precision=s", hour * 3_600),
    ];
    for (n, (path, timestamp)) in cases.into_iter().enumerate() {
        let answer = page.post_bytes(path, format!("m{n} value=1 {timestamp}")).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""), "{path}");
        assert_eq!(stored(&page, &format!("m{n}")).await, json!([[{}, [[hour * 3_600_000, 1.0]]]]), "{path}");
    }
    for path in ["/write", "/api/v2/write"] {
        let answer = page.post_bytes(&format!("{path}?precision=week"), "m value=1").await;
        assert!(message(path, &answer, 400, "invalid").starts_with("precision_unknown"));
    }
}

#[tokio::test]
async fn every_way_to_send_the_key_is_understood() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    let key = anna.create_key(&["metrics:write"]).await;
    let basic = BASE64_STANDARD.encode(format!("anyone:{key}"));
    let stranger = app.stranger();
    let headers = [
        ("authorization", format!("Token {key}")),
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("Basic {basic}")),
        ("x-api-key", key.clone()),
    ];
    let mut at = 0;
    for path in ["/write", "/api/v2/write"] {
        for (name, value) in &headers {
            at += 1;
            let client = stranger.with_header(name, value);
            client.post_bytes(&format!("{path}?precision=ms"), format!("m value=1 {at}")).await.expect(204);
        }
    }
    stranger.post_bytes(&format!("/write?u=anyone&p={key}&precision=ms"), "m value=1 100").await.expect(204);
    assert_eq!(stored(&anna.page, "m").await[0][1].as_array().unwrap().len(), 9);
}

#[tokio::test]
async fn who_may_not_write_is_told_in_the_shape_of_the_path() {
    let app = TestApp::start();
    let anna = app.register("anna@example.org").await;
    let reader = anna.machine(&["metrics:read"]).await;
    let key = anna.create_key(&["metrics:write"]).await;
    for path in ["/write", "/api/v2/write"] {
        let answer = app.stranger().post_bytes(path, "m value=1").await;
        assert!(message(path, &answer, 401, "unauthorized").starts_with("credential_missing"));
        assert!(!answer.header("www-authenticate").is_empty());
        let wrong = app.stranger().with_header("authorization", "Token nonsense");
        message(path, &wrong.post_bytes(path, "m value=1").await, 401, "unauthorized");
        let answer = reader.post_bytes(path, "m value=1").await;
        assert!(message(path, &answer, 403, "forbidden").starts_with("scope_insufficient"));
    }
    // The parameter belongs to the first API only.
    let path = format!("/api/v2/write?p={key}");
    message(&path, &app.stranger().post_bytes(&path, "m value=1").await, 401, "unauthorized");
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn an_empty_body_is_fine_and_keeps_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    for body in ["", "\n\n", "# only a comment\n"] {
        for path in ["/write", "/api/v2/write"] {
            page.post_bytes(path, body).await.expect(204);
        }
    }
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn a_field_named_value_is_the_measurement_and_others_are_named_after_both() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = "cpu,host=a value=1,usage=2i,on=t,name=\"x\" 5\n°C,host=büro value=21.5 5";
    page.post_bytes("/write?precision=ms", body).await.expect(204);
    for (metric, host, value) in
        [("cpu", "a", 1.0), ("cpu_usage", "a", 2.0), ("cpu_on", "a", 1.0), ("°C", "büro", 21.5)]
    {
        assert_eq!(stored(&page, metric).await, json!([[{"host": host}, [[5, value]]]]), "{metric}");
    }
    let metrics = page.get("/api/v1/metrics").await.expect(200);
    let kinds: Vec<_> =
        metrics["items"].as_array().unwrap().iter().map(|m| (&m["name"], &m["kind"])).collect();
    assert_eq!(kinds.len(), 4, "a string makes no metric: {kinds:?}");
    for (name, kind) in kinds {
        assert_eq!(kind, if name == "cpu_on" { "boolean" } else { "gauge" }, "{name}");
    }
}

#[tokio::test]
async fn a_line_with_nothing_but_strings_is_fine_and_keeps_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.post_bytes("/api/v2/write", "log,host=a text=\"started\",level=\"info\"").await.expect(204);
    assert_eq!((count(&app, "metrics.metrics"), count(&app, "metrics.segments")), (0, 0));
}

#[tokio::test]
async fn good_lines_are_kept_and_the_others_are_named() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let long = "x".repeat(201);
    let body = [
        b"good value=1 1\n".as_slice(),
        b"cpu usage=\n",
        b"caf\xe9 value=1 1\n",
        b"m,host=caf\xe9 value=1 1\n",
        format!("{long} value=1 1\n").as_bytes(),
        b"m,host=a,host=b value=1 1\n",
        format!("m,host={} value=1 1\n", "x".repeat(1025)).as_bytes(),
        b"m value=NaN 1\n",
        b"good value=2 2\n",
    ]
    .concat();
    for path in ["/write?precision=ms", "/api/v2/write?precision=ms"] {
        let answer = page.post_bytes(path, body.clone()).await;
        let message = message(path, &answer, 400, "invalid");
        assert!(message.contains("partial write: dropped=7: "), "{message}");
        for part in [
            "line 2, column 11: ",
            "line 3: text_not_utf8",
            "line 4: text_not_utf8",
            "line 5: metric_name_invalid",
            "line 6: label_duplicate",
            "line 7: label_invalid",
            "line 8, column 9: ",
        ] {
            assert!(message.contains(part), "{part} in {message}");
        }
        assert_eq!(stored(&page, "good").await, json!([[{}, [[1, 1.0], [2, 2.0]]]]));
        assert_eq!(stored(&page, "m").await, Value::Null);
    }
}

#[tokio::test]
async fn a_line_is_refused_as_a_whole() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let long = "x".repeat(201);
    let answer = page.post_bytes("/write?precision=ms", format!("m a=1,{long}=2 1\nm b=1 1")).await;
    assert!(message("/write", &answer, 400, "invalid").contains("line 1: metric_name_invalid"));
    assert_eq!(stored(&page, "m_a").await, Value::Null);
    assert_eq!(stored(&page, "m_b").await, json!([[{}, [[1, 1.0]]]]));
}

#[tokio::test]
async fn of_many_wrong_lines_all_are_counted_and_ten_are_named() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let answer = page.post_bytes("/api/v2/write", "m\n".repeat(5_000)).await;
    let message = message("/api/v2/write", &answer, 400, "invalid");
    assert!(message.contains("dropped=5000: line 1,"), "{message}");
    assert!(message.contains("line 10,") && !message.contains("line 11,"), "{message}");
}

#[tokio::test]
async fn the_same_lines_again_change_nothing() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    let body = "m,host=a value=1 1\nm,host=b value=2 1\nm,host=a value=3 1";
    for _ in 0..3 {
        page.post_bytes("/write?precision=ms", body).await.expect(204);
        let expected = json!([[{"host": "a"}, [[1, 3.0]]], [{"host": "b"}, [[1, 2.0]]]]);
        assert_eq!(stored(&page, "m").await, expected);
    }
    assert_eq!((count(&app, "metrics.metrics"), count(&app, "metrics.series")), (1, 2));
}

#[tokio::test]
async fn a_series_is_one_however_it_is_spelled_and_its_last_sample_counts() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    // The order of tags is the client's. The second request finds one of the spellings in the cache.
    for first in ["a=1,b=2", "b=2,a=1"] {
        let other = if first == "a=1,b=2" { "b=2,a=1" } else { "a=1,b=2" };
        let body = format!(
            "m,{first} value=1 1\nm,{other} value=2 1\nm,{first} value=3 1\nm,{other} value=4 2\nm,{first} value=5 2"
        );
        page.post_bytes("/write?precision=ms", body).await.expect(204);
        assert_eq!(stored(&page, "m").await, json!([[{}, [[1, 3.0], [2, 5.0]]]]));
    }
    assert_eq!(count(&app, "metrics.series"), 1);
}

#[tokio::test]
async fn json_and_line_protocol_write_to_the_same_series() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page;
    page.post_bytes("/write?precision=ms", "m,host=a value=1 1").await.expect(204);
    let sample = json!({"metric": "m", "labels": {"host": "a"}, "timestamp": 2, "value": 2});
    page.post("/api/v1/samples", &json!({"samples": [sample]})).await.expect(200);
    assert_eq!(stored(&page, "m").await, json!([[{"host": "a"}, [[1, 1.0], [2, 2.0]]]]));
    assert_eq!(count(&app, "metrics.series"), 1);
}

#[tokio::test]
async fn a_ping_is_answered_without_a_credential() {
    let app = TestApp::start();
    for method in [Method::GET, Method::HEAD] {
        let answer = Client::send(app.stranger().request(method, "/ping")).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
        assert!(answer.header("x-influxdb-version").starts_with("2."), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_in_the_shape_of_the_path() {
    let app = TestApp::with(|settings| settings.ingest.most_body_mib = 1);
    let page = app.register("anna@example.org").await.page;
    for path in ["/write", "/api/v2/write"] {
        let answer = page.post_bytes(path, "#".repeat((1 << 20) + 1)).await;
        assert!(message(path, &answer, 413, "request too large").starts_with("body_too_large"));
    }
}

#[tokio::test]
async fn past_the_bound_of_the_writer_clients_are_asked_to_come_again() {
    let app = TestApp::with(|settings| settings.ingest.writer.most_waiting_mib = 0);
    let page = app.register("anna@example.org").await.page;
    page.post_bytes("/write?precision=ms", "m value=1 1").await.expect(204);
    let mut stall = Stall::begin(&app.database, "metrics.segments");
    let waiting = {
        let page = page.clone();
        tokio::spawn(async move { page.post_bytes("/write?precision=ms", "m value=2 2").await })
    };
    stall.wait_for_writer().await;
    for path in ["/write?precision=ms", "/api/v2/write?precision=ms"] {
        let answer = page.post_bytes(path, "m value=3 3").await;
        assert!(message(path, &answer, 503, "unavailable").starts_with("ingest_overloaded"));
        assert!(!answer.header("retry-after").is_empty());
    }
    let sample = json!({"samples": [{"metric": "m", "timestamp": 3, "value": 3}]});
    let answer = page.post("/api/v1/samples", &sample).await;
    answer.expect_problem(503, "ingest_overloaded");
    assert!(!answer.header("retry-after").is_empty());
    drop(stall);
    waiting.await.unwrap().expect(204);
    assert_eq!(stored(&page, "m").await, json!([[{}, [[1, 1.0], [2, 2.0]]]]));
    page.post("/api/v1/samples", &sample).await.expect(200);
}

#[tokio::test]
async fn an_account_that_holds_its_share_is_asked_to_come_again_while_others_go_on() {
    let app = TestApp::with(|settings| settings.ingest.writer.most_waiting_mib = 1);
    let anna = app.register("anna@example.org").await.page;
    let ben = app.register("ben@example.org").await.page;
    for page in [&anna, &ben] {
        page.post_bytes("/write?precision=ms", "m value=1 1").await.expect(204);
    }
    let mut stall = Stall::begin(&app.database, "metrics.segments");
    // Of 24 bytes each they take more than half of a MiB.
    let lines: Vec<_> = (0..22_000).map(|at| format!("m value=2 {at}")).collect();
    let waiting = {
        let anna = anna.clone();
        tokio::spawn(async move { anna.post_bytes("/write?precision=ms", lines.join("\n")).await })
    };
    stall.wait_for_writer().await;
    for path in ["/write?precision=ms", "/api/v2/write?precision=ms"] {
        let answer = anna.post_bytes(path, "m value=3 3").await;
        assert!(message(path, &answer, 429, "too many requests").starts_with("share_exceeded"));
        assert!(!answer.header("retry-after").is_empty());
    }
    let sample = json!({"samples": [{"metric": "m", "timestamp": 3, "value": 3}]});
    anna.post("/api/v1/samples", &sample).await.expect_problem(429, "share_exceeded");
    let taken = {
        let (ben, sample) = (ben.clone(), sample.clone());
        tokio::spawn(async move { ben.post("/api/v1/samples", &sample).await })
    };
    drop(stall);
    waiting.await.unwrap().expect(204);
    taken.await.unwrap().expect(200);
    anna.post("/api/v1/samples", &sample).await.expect(200);
    assert_eq!(stored(&ben, "m").await, json!([[{}, [[1, 1.0], [3, 3.0]]]]));
}
