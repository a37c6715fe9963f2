//! The worker as its container runs it.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use diesel::{RunQueryDsl, sql_query};
use secrecy::ExposeSecret;
use serde_json::Value;
use tallykeep_database::ServiceRole;
use tallykeep_test_support::{Client, TestDatabase};

/// A process that works. It ends with the test.
struct Process {
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Over `database`, and with an auth service that is away.
    fn start(database: &TestDatabase) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tallykeep-worker"))
            .env_clear()
            .env("TALLYKEEP__DATABASE__URL", database.url(ServiceRole::Worker).expose_secret())
            .env("TALLYKEEP__AUTHORITY__URL", "http://127.0.0.1:9")
            .env("TALLYKEEP__AUTHORITY__CREDENTIAL", "only-for-tests-worker-0123456789abcdef")
            .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__HTTP__METRICS_LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__HTTP__SHUTDOWN_DELAY_MS", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, log }
    }

    /// Reads the log up to the line of `event`.
    fn line_of(&mut self, event: &str) -> Value {
        let lines = self.log.by_ref().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        lines.into_iter().find(|line| line["message"] == event).unwrap_or_else(|| panic!("no {event}"))
    }

    fn client_of(&mut self, event: &str) -> Client {
        Client::new(&format!("http://{}", self.line_of(event)["server.address"].as_str().unwrap()))
    }

    fn ask_to_stop(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself when the test has come to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_tells_how_it_is_and_what_waits_and_ends_when_it_is_told() {
    let database = TestDatabase::new();
    let waiting =
        "insert into metrics.segments (account_id, earliest, latest, samples, format, data, written_at)
        values (gen_random_uuid(), now(), now(), 7, 1, '', now() - interval '2 hours')";
    sql_query(waiting).execute(&mut database.connect_as_superuser()).unwrap();
    let mut process = Process::start(&database);
    let client = process.client_of("service_listening");
    let metrics = process.client_of("metrics_listening");
    assert_eq!(process.line_of("compaction_behind")["samples"], 7);
    assert_eq!(client.get("/readyz").await.status, 200);
    assert_eq!(client.get("/health").await.expect(200)["database"], "connected");
    let _ = client.get("/api/v1/metrics").await.expect(404);
    let told = metrics.get("/metrics").await.body;
    let value = |name: &str| {
        let line =
            told.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {told}"));
        line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()
    };
    assert_eq!(value("tallykeep_store_compaction_backlog"), 7.0);
    assert!(value("tallykeep_store_compaction_lag") >= 7_200.0);
    process.ask_to_stop();
    process.line_of("service_stopped");
    assert!(process.child.wait().unwrap().success());
}
