//! What a request leaves in the log.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::Value;
use tallykeep_test_support::{Answer, Client};
use tokio::task::yield_now;

use crate::app;

/// Every line of this process, from the first test that asked for it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn capture() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let start = || {
            let log = Self::default();
            let writer = log.clone();
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).init();
            log
        };
        LOG.get_or_init(start).clone()
    }

    /// The lines of the request that got `answer`, once it is through.
    async fn of(&self, answer: &Answer) -> Vec<Value> {
        loop {
            let lines = self.lines();
            let own =
                lines.into_iter().filter(|line| line["span"]["request.id"] == answer.header("x-request-id"));
            let own: Vec<Value> = own.collect();
            if own.iter().any(|line| line["message"] == "http_request_completed") {
                return own;
            }
            yield_now().await;
        }
    }

    fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        // The last line may still be on its way.
        let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        whole.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }
}

#[actix_web::test]
async fn a_fault_is_logged_once_with_its_cause() {
    let log = Log::capture();
    let served = app::start();
    for (path, cause) in [("/fault", "the disk is full"), ("/framework-fault", "the table is full")] {
        let answer = Client::new(&served.url).get(path).await;
        let lines = log.of(&answer).await;
        let faults: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
        assert_eq!(faults.len(), 1, "{lines:#?}");
        assert_eq!(faults[0]["message"], "request_failed");
        assert!(faults[0]["cause"].as_str().unwrap().starts_with(cause), "{lines:#?}");
    }
}

#[actix_web::test]
async fn each_request_has_one_line_that_says_how_it_ended() {
    let log = Log::capture();
    let served = app::start();
    let client = Client::new(&served.url);
    for (path, route, status) in [
        ("/things/7", "/things/{number}", 200),
        ("/things/x", "/things/{number}", 400),
        ("/fault", "/fault", 500),
    ] {
        let answer = client.get(path).await;
        let lines = log.of(&answer).await;
        let ends: Vec<_> = lines.iter().filter(|line| line["message"] == "http_request_completed").collect();
        assert_eq!(ends.len(), 1, "{lines:#?}");
        assert_eq!(ends[0]["http.response.status_code"], status);
        assert_eq!(ends[0]["span"]["http.route"], route);
        assert_eq!(ends[0]["span"]["client.address"], "127.0.0.1");
    }
}

#[actix_web::test]
async fn a_mistake_of_the_client_is_no_fault() {
    let log = Log::capture();
    let served = app::start();
    let answer = Client::new(&served.url).get("/things/seven").await;
    let lines = log.of(&answer).await;
    assert!(lines.iter().all(|line| line["level"] == "INFO"), "{lines:#?}");
}

#[actix_web::test]
async fn a_request_can_neither_forge_a_line_nor_bring_its_secrets_into_one() {
    let log = Log::capture();
    let served = app::start();
    let client = Client::new(&served.url)
        .with_token("hunter2")
        .with_header("cookie", "session=hunter2")
        .with_header("x-api-key", "hunter2")
        .with_header("user-agent", r#""}\n{"level":"ERROR"}"#);
    let answer = client.get("/things/7%0a%7b%22level%22:1%7d?p=hunter2").await;
    let lines = log.of(&answer).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(!lines[0].to_string().contains("hunter2"), "{lines:#?}");
}
