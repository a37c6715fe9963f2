//! Starting, stopping and starting again.

use std::{fs, net::TcpStream, os::unix::fs::MetadataExt, process::Command};

use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn};

use crate::process::{DataFolder, Ended, Process, refusal};

#[tokio::test]
async fn a_fresh_folder_becomes_a_healthy_installation() {
    let folder = DataFolder::new();
    let process = folder.start();
    let stranger = process.stranger();
    let health = stranger.get("/health").await.expect(200);
    assert_eq!(health, json!({"status": "healthy", "database": "connected", "logging": "configured"}));
    assert_eq!(stranger.get("/readyz").await.status, 200);
    assert_eq!(stranger.get("/auth/registration").await.expect(200)["mode"], "first");
}

#[tokio::test]
async fn sigterm_stops_the_process_and_its_postgresql() {
    let folder = DataFolder::new();
    let process = folder.start();
    assert_eq!(process.stranger().get("/readyz").await.status, 200);
    let port = process.logged("embedded_postgres_started")["postgres.port"].as_u64().unwrap();
    let Ended { status, stderr, .. } = process.terminate();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    assert_eq!(folder.postmaster(), None);
    assert!(TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).is_err());
}

#[tokio::test]
async fn everything_is_there_after_a_stop_and_a_start() {
    let folder = DataFolder::new();
    let process = folder.start();
    let ada = process.register("ada@example.org").await;
    let key = ada.create_key(&["metrics:read", "metrics:write"]).await;
    let written = process.stranger().with_token(&key).post_bytes("/api/v2/write", "weight value=71.5").await;
    assert_eq!(written.status, 204, "{}", written.body);
    process.terminate();

    let process = folder.start();
    let answer = process.stranger().with_token(&key).get("/api/v1/query?metric=weight&aggregate=raw").await;
    assert_eq!(answer.expect(200)["series"][0]["points"][0][1], 71.5);
}

#[tokio::test]
async fn sessions_tokens_and_passwords_are_good_after_a_restart() {
    let folder = DataFolder::new();
    let process = folder.start();
    let before = process.register("ada@example.org").await;
    process.kill_9();

    let process = folder.start();
    let SignedIn { browser, page } = at(&process, before);
    assert_eq!(browser.get("/auth/account").await.expect(200)["email"], "ada@example.org");
    assert_eq!(page.get("/api/v1/metrics").await.status, 200);
    let again = json!({"email": "ada@example.org", "password": SignedIn::PASSWORD});
    assert_eq!(process.stranger().post("/auth/login", &again).await.status, 200);
}

#[tokio::test]
async fn a_first_start_that_was_killed_half_way_is_no_obstacle_to_the_next() {
    let folder = DataFolder::new();
    // Before there is a schema, roles or a master secret.
    Process::run_until("embedded_postgres_started", folder.command()).kill_9();
    let process = folder.start();
    assert_eq!(process.stranger().get("/readyz").await.status, 200);
    let _ = process.register("ada@example.org").await;
}

#[test]
fn the_secrets_in_the_folder_are_for_their_owner_alone() {
    let folder = DataFolder::new();
    let process = folder.start();
    for name in ["master-secret", "postgres-password"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let secret = fs::read(folder.path().join("master-secret")).unwrap();
    process.terminate();
    folder.start().terminate();
    assert_eq!(fs::read(folder.path().join("master-secret")).unwrap(), secret);
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_refused() {
    let folder = DataFolder::new();
    let first = folder.start();
    let said = refusal(&mut folder.command());
    assert!(said.contains(&folder.path().display().to_string()), "{said}");
    assert!(said.contains("is in use by another process"), "{said}");
    assert_eq!(first.stranger().get("/readyz").await.status, 200, "the first goes on");
}

#[test]
fn an_unknown_setting_stops_the_start_by_name() {
    let folder = DataFolder::new();
    let said = refusal(folder.command().env("TALLYKEEP__HTTP__LISTN", "127.0.0.1:0"));
    assert!(said.contains("http.listn"), "{said}");
    let said = refusal(folder.command().env("TALLYKEEP__STANDALONE__POSTGRES_CACHE_MIB", "a lot"));
    assert!(said.contains("standalone.postgres_cache_mib"), "{said}");
    assert!(!folder.path().exists(), "nothing was made before the settings were known to be good");
}

#[tokio::test]
async fn the_environment_wins_over_the_file_and_a_value_may_lie_in_a_file_of_its_own() {
    let folder = DataFolder::new();
    let files = tempfile::tempdir().unwrap();
    let (config, value) = (files.path().join("tallykeep.toml"), files.path().join("registration"));
    fs::write(&config, "[auth]\nregistration = \"closed\"\nsession_days = 1\n").unwrap();
    fs::write(&value, "open\n").unwrap();
    let mut command = folder.command();
    command.env("TALLYKEEP_CONFIG", &config).env("TALLYKEEP__AUTH__REGISTRATION_FILE", &value);
    let process = Process::run(command);
    let stranger = process.stranger();
    let body = json!({"email": "ada@example.org", "password": SignedIn::PASSWORD});
    let registered = stranger.post("/auth/register", &body).await;
    assert!(registered.header("set-cookie").contains("Max-Age=86400"), "{registered:?}");
    assert_eq!(stranger.get("/auth/registration").await.expect(200)["mode"], "open");
}

#[test]
fn a_weak_secret_stops_the_start_without_being_shown() {
    let folder = DataFolder::new();
    let weak = "example-example-example-example-example";
    let said = refusal(folder.command().env("TALLYKEEP__AUTH__SECRET", weak));
    assert!(said.contains("auth.secret") && !said.contains(weak), "{said}");
    assert_eq!(folder.postmaster(), None);
}

#[test]
fn a_port_that_is_taken_stops_the_start_and_postgresql() {
    let folder = DataFolder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(folder.command().env("TALLYKEEP__HTTP__LISTEN", &address));
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    assert_eq!(folder.postmaster(), None);
}

#[test]
fn without_postgresql_it_says_what_to_install() {
    let folder = DataFolder::new();
    let empty = tempfile::tempdir().unwrap();
    let said = refusal(folder.command().env("TALLYKEEP__STANDALONE__POSTGRES_BINARIES", empty.path()));
    assert!(said.contains("found no PostgreSQL 15 or newer; install"), "{said}");
    assert!(said.contains(&format!("{}: no initdb", empty.path().display())), "{said}");
}

#[tokio::test]
async fn a_strict_umask_does_not_lock_postgresql_out() {
    let folder = DataFolder::new();
    let strict = folder.command();
    let mut command = Command::new("sh");
    command.args(["-c", r#"umask 077; exec "$0""#]).arg(strict.get_program());
    command.envs(strict.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let process = Process::run(command);
    assert_eq!(process.stranger().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn each_log_line_is_a_json_object_and_holds_no_secret() {
    let folder = DataFolder::new();
    let process = folder.start();
    let stranger = process.stranger();
    let ada = process.register("ada@example.org").await;
    let key = ada.create_key(&["metrics:read", "metrics:write"]).await;
    let token = ada.browser.post("/auth/token", &Value::Null).await.expect(200);
    let wrong = "a password that is not right";
    let attempt = json!({"email": "ada@example.org", "password": wrong});
    stranger.post("/auth/login", &attempt).await.expect_problem(401, "credentials_invalid");
    let by_query = stranger.post_bytes(&format!("/write?db=x&u=ada&p={key}"), "weight value=1").await;
    assert_eq!(by_query.status, 204, "{}", by_query.body);
    let false_key = format!("{key}x");
    let refused = stranger.post_bytes(&format!("/write?p={false_key}"), "weight value=1").await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    let _ =
        stranger.with_token(token["access_token"].as_str().unwrap()).get("/api/v1/metrics").await.expect(200);
    let Ended { logged, stderr, .. } = process.terminate();

    for line in &logged {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string());
    }
    let text = logged.join("\n");
    assert!(text.contains(r#""message":"register""#) && text.contains("/write"), "{text}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let (master, postgres) = (read("master-secret"), read("postgres-password"));
    let token = token["access_token"].as_str().unwrap();
    for secret in [SignedIn::PASSWORD, wrong, &key, token, master.trim(), postgres.trim(), "ada@example.org"]
    {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    assert_eq!(stderr, "");
}

/// The same person at the address of `process`.
fn at(process: &Process, person: SignedIn) -> SignedIn {
    let move_to = |client: Client| client.at(&process.url);
    SignedIn { browser: move_to(person.browser), page: move_to(person.page) }
}
