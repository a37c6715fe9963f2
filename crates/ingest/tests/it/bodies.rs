//! Bodies that are compressed, too large, or not all there.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

use flate2::{Compression, write::GzEncoder};
use reqwest::Method;
use tallykeep_test_support::{Client, TestApp};

use crate::{count, gzipped, stored};

const SAMPLE: &[u8] = br#"{"samples": [{"metric": "m", "timestamp": 1, "value": 1}]}"#;
const PATHS: [&str; 3] = ["/api/v1/samples", "/write", "/api/v2/write"];

#[tokio::test]
async fn a_compressed_body_is_read() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    Client::send(gzipped(&page, "/api/v1/samples", SAMPLE)).await.expect(200);
    Client::send(gzipped(&page, "/api/v2/write?precision=ms", b"m value=2 2")).await.expect(204);
    assert_eq!(stored(&page, "m").await, serde_json::json!([[{}, [[1, 1.0], [2, 2.0]]]]));
}

/// A GiB of zeros, compressed to a MiB.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    (0..1024).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.finish().unwrap()
}

/// The most memory that this process ever held, in KiB (`proc_pid_status(5)`).
fn peak_memory_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn a_gzip_bomb_is_refused_before_it_fills_the_memory() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let bomb = bomb();
    for path in PATHS {
        let request = page.request(Method::POST, path).header("content-encoding", "gzip").body(bomb.clone());
        assert_eq!(Client::send(request).await.status, 413, "{path}");
    }
    assert!(peak_memory_kib() < 768 << 10, "{} KiB", peak_memory_kib());
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_bound_and_no_larger() {
    let app = TestApp::with(|settings| settings.ingest.most_body_mib = 1);
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let mut body = SAMPLE.to_vec();
    body.resize(1 << 20, b' ');
    page.post_bytes("/api/v1/samples", body.clone()).await.expect(200);
    body.push(b' ');
    page.post_bytes("/api/v1/samples", body.clone()).await.expect_problem(413, "body_too_large");
    Client::send(gzipped(&page, "/api/v1/samples", &body)).await.expect_problem(413, "body_too_large");
    let lines = "#\n".repeat(1 << 19) + "#";
    assert_eq!(page.post_bytes("/write", lines.clone()).await.status, 413);
    page.post_bytes("/write", lines[1..].to_owned()).await.expect(204);
}

#[tokio::test]
async fn an_encoding_that_is_not_known_is_refused() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    for encoding in ["br", "zstd", "deflate", "gzip, gzip", "nonsense"] {
        let request = page.request(Method::POST, "/api/v1/samples").header("content-encoding", encoding);
        Client::send(request.body(SAMPLE)).await.expect_problem(400, "encoding_unsupported");
    }
    let plain = page.request(Method::POST, "/api/v1/samples").header("content-encoding", "identity");
    Client::send(plain.body(SAMPLE)).await.expect(200);
}

#[tokio::test]
async fn a_compressed_body_that_is_damaged_is_refused_and_nothing_is_kept() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(SAMPLE).unwrap();
    let whole = encoder.finish().unwrap();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    let cut = |bytes: usize| whole[..whole.len() - bytes].to_vec();
    for body in [cut(1), cut(8), cut(30), flipped, SAMPLE.to_vec()] {
        for path in PATHS {
            let request = page.request(Method::POST, path).header("content-encoding", "gzip");
            let answer = Client::send(request.body(body.clone())).await;
            assert_eq!(answer.status, 400, "{} bytes to {path}: {}", body.len(), answer.body);
            assert!(answer.body.contains("body_unreadable"), "{}", answer.body);
        }
    }
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_not_kept() {
    let app = TestApp::start();
    let key = app.register("anna@example.org").await.create_key(&["metrics:write"]).await;
    let whole = "m value=1 1\nm value=2 2\n";
    for framing in [format!("content-length: {}", whole.len()), "transfer-encoding: chunked".to_owned()] {
        let start = if framing.starts_with("content") { "m value=1 1\n" } else { "c\r\nm value=1 1\n\r\n" };
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
        let head = format!("POST /write HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n{framing}\r\n\r\n");
        stream.write_all((head + start).as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        // It may hang up without an answer.
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    assert_eq!(count(&app, "metrics.metrics"), 0);
}

/// The smallest lines make the most samples of a body, and so of the memory that is set aside.
#[tokio::test]
async fn requests_that_would_take_more_memory_than_there_is_are_asked_to_come_again() {
    let app = TestApp::with(|settings| {
        settings.ingest.most_body_mib = 1;
        settings.ingest.most_memory_mib = 8;
    });
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let body = "a b=1 1\n".repeat(1 << 17);
    let requests = (0..6).map(|_| page.post_bytes("/api/v2/write?precision=ms", body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    let kept = answers.iter().filter(|answer| answer.status == 204).count();
    let put_off: Vec<_> =
        answers.iter().filter(|answer| answer.status == 429 || answer.status == 503).collect();
    assert!(kept >= 1, "one of them fits");
    assert_eq!(kept + put_off.len(), answers.len());
    assert!(put_off.iter().all(|answer| answer.header("retry-after") == "2"), "{put_off:?}");
    // What a request held it gives back.
    assert_eq!(page.post_bytes("/api/v2/write?precision=ms", body).await.status, 204);
}

#[tokio::test]
async fn lines_of_more_new_series_than_a_request_may_name_are_refused_and_the_others_kept() {
    let app = TestApp::start();
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let lines: Vec<_> = (0..=50_000).map(|n| format!("m,n={n} value=1 1")).collect();
    let answer = page.post_bytes("/api/v2/write?precision=ms", lines.join("\n")).await;
    let message = answer.expect(400)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("dropped=1: line 50001: series_too_many"), "{message}");
    assert_eq!(count(&app, "metrics.series"), 50_000);
}

#[tokio::test]
async fn a_request_with_more_samples_than_one_may_have_is_refused_as_a_whole() {
    let app = TestApp::with(|settings| settings.ingest.most_samples = 2);
    let page = app.register("anna@example.org").await.page.with_header("content-type", "application/json");
    let lines = |count: usize| "m value=1 1\n".repeat(count) + "m text=\"not kept\" 1\nwrong";
    for path in ["/write?precision=ms", "/api/v2/write?precision=ms"] {
        let answer = page.post_bytes(path, lines(3)).await;
        assert_eq!(answer.status, 413, "{answer:?}");
        assert!(answer.body.contains("samples_too_many: the request has more than 2 samples"), "{answer:?}");
    }
    let items = [r#"{"metric": "m", "timestamp": 1, "value": 1}"#; 3];
    let samples = |count: usize| format!(r#"{{"samples": [{}]}}"#, items[..count].join(","));
    page.post_bytes("/api/v1/samples", samples(3)).await.expect_problem(413, "samples_too_many");
    assert_eq!(count(&app, "metrics.segments"), 0);
    assert_eq!(
        page.post_bytes("/write?precision=ms", lines(2)).await.status,
        400,
        "for the wrong line alone"
    );
    page.post_bytes("/api/v1/samples", samples(2)).await.expect(200);
    assert_eq!(stored(&page, "m").await, serde_json::json!([[{}, [[1, 1.0]]]]));
}
