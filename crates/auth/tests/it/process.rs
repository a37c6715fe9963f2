//! The service as its container runs it: a process with an environment, a log and signals.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    mem,
    os::unix::ffi::OsStrExt,
    process::{Child, Command, Output, Stdio},
};

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tallykeep_database::ServiceRole;
use tallykeep_test_support::{Client, Line, MASTER_SECRET, SignedIn, TestDatabase};

use crate::{
    forward::forwarded,
    support::{SERVICE_CREDENTIAL, log_in},
};

/// The binary with the settings that it needs.
pub(crate) fn command(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallykeep-auth"));
    command
        .env_clear()
        .env("TALLYKEEP__DATABASE__URL", database_url)
        .env("TALLYKEEP__DATABASE__WAIT_MS", "500")
        .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
        .env("TALLYKEEP__HTTP__METRICS_LISTEN", "127.0.0.1:0")
        .env("TALLYKEEP__HTTP__SHUTDOWN_DELAY_MS", "0")
        .env("TALLYKEEP__AUTH__SECRET", MASTER_SECRET)
        .env("TALLYKEEP__AUTH__INTROSPECTION_CREDENTIALS__INGEST", SERVICE_CREDENTIAL)
        .env("TALLYKEEP__AUTH__REGISTRATION", "open")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A process that serves.
struct Process {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    log: Vec<Value>,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, log: Vec::new() }
    }

    /// Reads the log up to the line of `event`, and answers where that one says the server is.
    fn address(&mut self, event: &str) -> String {
        loop {
            let line = self.read_line().unwrap_or_else(|| panic!("no {event} in {:?}", self.log));
            if line["message"] == event {
                return format!("http://{}", line["server.address"].as_str().unwrap());
            }
        }
    }

    fn read_line(&mut self) -> Option<Value> {
        let mut line = String::new();
        if self.output.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        self.log.push(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")));
        self.log.last().cloned()
    }

    /// Asks it to end, and answers its whole log and what it said besides.
    fn end(mut self) -> (Vec<Value>, String) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        while self.read_line().is_some() {}
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert!(self.child.wait().unwrap().success(), "{errors}");
        (mem::take(&mut self.log), errors)
    }
}

impl Drop for Process {
    /// A test that fails halfway leaves nothing running.
    fn drop(&mut self) {
        // It has ended when the test has come to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

#[actix_web::test]
async fn no_secret_is_in_the_log_or_the_metrics() {
    let database = TestDatabase::new();
    let url = database.url(ServiceRole::Auth);
    let mut command = command(url.expose_secret());
    command.env("TALLYKEEP__HTTP__TRUSTED_PROXIES", "127.0.0.0/8");
    let mut process = Process::start(command);
    let client = Client::new(&process.address("service_listening"));
    let metrics = Client::new(&process.address("metrics_listening"));

    let ada = client.register("ada@example.org").await;
    let key = ada.create_key(&["metrics:read"]).await;
    let invitation = ada.browser.post("/auth/invitations", &Value::Null).await.expect(201);
    let cookie = ada.browser.request(Method::GET, "/").build().unwrap().headers()["cookie"].clone();
    let token = ada.page.request(Method::GET, "/").build().unwrap().headers()["authorization"].clone();
    let _ = log_in(&client, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    let _ = log_in(&client, "ada@example.org", "a wrong password, hunter2").await.expect(401);
    let _ = client.get("/auth/account?password=hunter2").await.expect(401);
    let _ = client.post("/auth/login", &json!({"email": "x", "password": ["hunter2"]})).await.expect(422);
    for (person, status) in [(&ada.browser, 200), (&client.with_token("hunter2"), 401)] {
        let changed = [
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "localhost:8080"),
            ("x-forwarded-uri", "/?password=hunter2"),
        ];
        let _ = forwarded(person, &changed).get("/auth/forward").await.expect(status);
    }
    let service = client.with_token(SERVICE_CREDENTIAL);
    let ask = service.request(Method::POST, "/internal/introspect").form(&[("token", &key)]);
    let _ = Client::send(ask).await.expect(200);
    let shown = metrics.get("/metrics").await;
    assert_eq!(shown.status, 200);

    let (log, errors) = process.end();
    let log: Vec<String> = log.iter().map(ToString::to_string).collect();
    assert!(log.iter().any(|line| line.contains("sign_in")), "{log:#?}");
    let session = cookie.to_str().unwrap().split_once('=').unwrap().1;
    let token = token.to_str().unwrap().split_once(' ').unwrap().1;
    let password = url.expose_secret().rsplit_once('@').unwrap().0.rsplit_once(':').unwrap().1;
    for secret in [
        SignedIn::PASSWORD,
        "hunter2",
        &key,
        &key[8..],
        session,
        token,
        invitation["invitation"].as_str().unwrap(),
        SERVICE_CREDENTIAL,
        MASTER_SECRET,
        password,
    ] {
        assert!(log.iter().all(|line| !line.contains(secret)), "{secret} is in {log:#?}");
        assert!(!shown.body.contains(secret) && !errors.contains(secret));
    }
}

#[actix_web::test]
async fn a_database_that_is_away_is_logged_once_for_each_request() {
    let database = TestDatabase::new();
    let line = Line::to(&database.address());
    let url = database.urls_through(&line.address()).auth;
    let mut process = Process::start(command(url.expose_secret()));
    let client = Client::new(&process.address("service_listening"));
    line.cut();
    let answer = client.get("/auth/registration").await;
    answer.expect_problem(503, "database_unavailable");
    line.mend();
    let _ = client.get("/auth/registration").await.expect(200);
    let (log, _) = process.end();
    let of_request = |line: &&Value| line["span"]["request.id"] == answer.header("x-request-id");
    let faults: Vec<&Value> = log.iter().filter(of_request).filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(faults.len(), 1, "{log:#?}");
    assert_eq!(faults[0]["code"], "database_unavailable");
    assert_eq!(log.iter().filter(|line| line["level"] == "ERROR").count(), 1, "{log:#?}");
    assert_eq!(log.last().unwrap()["message"], "service_stopped");
}

#[actix_web::test]
async fn variables_of_other_programs_may_hold_anything() {
    let mut command = command("postgres://nobody:x@127.0.0.1:1/none");
    command.env(OsStr::from_bytes(b"OTHER\xff"), OsStr::from_bytes(b"\xff"));
    let mut process = Process::start(command);
    let client = Client::new(&process.address("service_listening"));
    assert_eq!(client.get("/livez").await.status, 200);
    process.end();
}

#[test]
fn a_mistake_in_the_settings_stops_the_start_with_its_name_and_without_the_secret() {
    let url = "postgres://nobody:hunter2@127.0.0.1:1/none";
    for (name, value, named) in [
        ("TALLYKEEP__AUTH__SECRET", "short-hunter2", "auth.secret"),
        ("TALLYKEEP__AUTH__SECRET", "change-me-hunter2-change-me-hunter2", "auth.secret"),
        ("TALLYKEEP__AUTH__INTROSPECTION_CREDENTIALS__QUERY", "hunter2", "introspection_credentials.query"),
        ("TALLYKEEP__DATABASE__PASSWORD", "hunter2", "database.password"),
        ("TALLYKEEP__AUTH__REGISTRATION", "everybody", "auth.registration"),
        ("TALLYKEEP__AUTH__SESSION_DAYS", "0", "auth.session_days"),
        ("TALLYKEEP__AUTH__HASHING_PARALLELISM", "0", "auth.hashing_parallelism"),
        ("TALLYKEEP__HTTP__WORKERS", "0", "http.workers"),
        ("TALLYKEEP__HTTP__PUBLIC_URL", "numbers.example", "http.public_url"),
        ("TALLYKEEP__DATABASE__CONNECTIONS", "0", "database.connections"),
        ("TALLYKEEP__DATABASE__POOL", "1", "pool"),
        ("TALLYKEEP__TELEMETRY__LOG", "tallykeep=loud", "telemetry.log"),
    ] {
        let mut command = command(url);
        command.env(name, value);
        let message = refused(command);
        assert!(message.contains(named), "{name}: {message}");
        assert!(!message.contains("hunter2") && !message.contains("panicked"), "{message}");
    }
}

#[test]
fn without_a_master_secret_or_a_database_it_does_not_start() {
    for (name, named) in [("TALLYKEEP__AUTH__SECRET", "auth.secret"), ("TALLYKEEP__DATABASE__URL", "url")] {
        let mut command = command("postgres://nobody:hunter2@127.0.0.1:1/none");
        command.env_remove(name);
        let message = refused(command);
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn a_setting_that_is_no_text_is_named() {
    let mut command = command("postgres://nobody:x@127.0.0.1:1/none");
    command.env("TALLYKEEP__AUTH__SECRET", OsStr::from_bytes(b"\xff"));
    assert!(refused(command).contains("TALLYKEEP__AUTH__SECRET is not UTF-8"));
}
