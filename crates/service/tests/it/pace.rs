//! Bodies that come too slowly.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use tallykeep_service::{Health, HttpSettings};
use tallykeep_test_support::{Served, http_settings};

use crate::app;

/// A service in which a client may fall behind by `grace_ms`, and then a byte is worth a second or nothing.
fn serve(grace_ms: u64, bytes_per_second: u64) -> Served {
    let settings =
        HttpSettings { body_grace_ms: grace_ms, body_bytes_per_second: bytes_per_second, ..http_settings() };
    app::serve(settings, Health::default())
}

/// Sends the head of a request with a body of 30 bytes, and the first of them.
fn begin(served: &Served, path: &str, kind: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.url.trim_start_matches("http://")).unwrap();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 30\r\n\r\n{{");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// All that the server says until it hangs up.
fn hear(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_body_that_stops_coming_is_not_waited_for() {
    let served = serve(50, u64::MAX);
    for path in ["/things", "/body"] {
        let answer = hear(begin(&served, path, "application/json"));
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("connection: close") && answer.contains("body_too_slow"), "{path}: {answer}");
    }
}

#[actix_web::test]
async fn a_body_that_nobody_reads_is_not_waited_for_either() {
    let served = serve(3_600_000, 1);
    for (path, status) in [("/nothing", 404), ("/things/7", 405)] {
        let answer = hear(begin(&served, path, "application/json"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    let answer = hear(begin(&served, "/things", "text/plain"));
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
}

#[actix_web::test]
async fn what_has_come_buys_time_for_the_rest() {
    // Without any grace: only the first byte, which comes with the head, makes that the others are waited for.
    let served = serve(0, 1);
    let mut stream = begin(&served, "/body", "text/plain");
    for _ in 0..29 {
        stream.write_all(b"x").unwrap();
    }
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}
