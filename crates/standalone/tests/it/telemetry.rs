//! What the process tells of itself, to a collector and to a scraper.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    thread,
};

use reqwest::Method;
use tallykeep_test_support::Client;

use crate::process::{DataFolder, Process};

const TRACE: [u8; 16] = *b"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c";
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Takes what an OpenTelemetry exporter sends over HTTP: path and body of each request.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || while take(&stream).is_some_and(|request| sender.send(request).is_ok()) {});
        }
    });
    (url, received)
}

fn take(mut stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.to_ascii_lowercase());
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    Some((lines[0].split(' ').nth(1)?.to_owned(), body))
}

#[tokio::test]
async fn traces_and_metrics_go_to_the_collector_and_a_trace_is_carried_on() {
    let (url, received) = collector();
    let data = DataFolder::new();
    let mut command = data.command();
    command.env("TALLYKEEP__TELEMETRY__OTLP_ENDPOINT", url);
    let process = Process::run(command);
    let request = process.stranger().request(Method::GET, "/auth/registration");
    let _ = Client::send(request.header("traceparent", TRACEPARENT)).await.expect(200);
    // What is left is sent before the process ends, so nothing has to be waited for.
    assert!(process.terminate().status.success());
    let requests: Vec<_> = received.try_iter().collect();
    let sent_to = |path: &str, part: &[u8]| {
        requests.iter().any(|(to, body)| to == path && body.windows(part.len()).any(|window| window == part))
    };
    assert!(sent_to("/v1/traces", &TRACE), "the trace of the request");
    assert!(sent_to("/v1/traces", b"/auth/registration"), "its route");
    assert!(sent_to("/v1/metrics", b"http.server.request.duration"), "how long requests took");
}

#[tokio::test]
async fn metrics_are_scraped_on_a_port_of_their_own() {
    let data = DataFolder::new();
    let mut command = data.command();
    command.env("TALLYKEEP__HTTP__METRICS_LISTEN", "127.0.0.1:0");
    let mut process = Process::run(command);
    let signed_in = process.register("ada@example.org").await;
    let machine = signed_in.machine(&["metrics:write"]).await;
    assert_eq!(machine.post_bytes("/api/v2/write", "weight value=71.5").await.status, 204);

    let listening = process.wait_for("metrics_listening");
    let scraper = Client::new(&format!("http://{}", listening["server.address"].as_str().unwrap()));
    let metrics = scraper.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    let committed = metrics.body.lines().find(|line| line.starts_with("tallykeep_store_committed"));
    assert!(committed.is_some_and(|line| line.ends_with(" 1")), "{}", metrics.body);
    let durations = r#"http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="204",http_route="/api/v2/write""#;
    assert!(metrics.body.contains(durations), "{}", metrics.body);
    process.stranger().get("/metrics").await.expect_problem(404, "route_not_found");
}
