//! Settings: where they come from, which wins, and what a mistake is called.

use std::{fmt::Debug, fs, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_service::{Health, HttpSettings, Server, TelemetrySettings, settings};
use tallykeep_test_support::http_settings;
use tempfile::TempDir;

const SECRET: &str = "b7Jq0vXz9rT2mKfLwE4hYc6NsUaGdP1i";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    http: HttpSettings,
    #[serde(default)]
    telemetry: TelemetrySettings,
    secret: Option<SecretString>,
}

/// A folder with files that settings are read from.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

fn from_environment(variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
    settings::load(&[], None, owned(variables))
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn refusal<T: Debug>(result: anyhow::Result<T>) -> String {
    format!("{:#}", result.unwrap_err())
}

#[test]
fn without_anything_the_built_in_defaults_hold() {
    let settings = from_environment(&[]).unwrap();
    assert_eq!(settings.http.listen.to_string(), "0.0.0.0:8080");
    assert_eq!(settings.telemetry.log, "info,actix_server=warn");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let folder = Folder::new();
    let file = folder.file("config.toml", "[http]\nworkers = 3\ndrain_seconds = 4\n");
    let defaults = [("http.workers", "7"), ("http.drain_seconds", "7"), ("http.shutdown_delay_ms", "7")];
    let environment = owned(&[("TALLYKEEP__HTTP__WORKERS", "5")]);
    let settings: Settings = settings::load(&defaults, Some(&file), environment).unwrap();
    assert_eq!(settings.http.workers, 5);
    assert_eq!(settings.http.drain_seconds, 4);
    assert_eq!(settings.http.shutdown_delay_ms, 7);
}

#[test]
fn an_unknown_key_stops_the_start_with_its_name() {
    let message = refusal(from_environment(&[("TALLYKEEP__HTTP__LISTENN", "127.0.0.1:1")]));
    assert!(message.contains("http") && message.contains("listenn"), "{message}");
    let message = refusal(from_environment(&[("TALLYKEEP__WORKERS", "1")]));
    assert!(message.contains("workers"), "{message}");
}

#[test]
fn an_unknown_key_in_the_file_stops_the_start_with_its_name() {
    let folder = Folder::new();
    let file = folder.file("config.toml", "[http]\nlistenn = \"127.0.0.1:1\"\n");
    let message = refusal(settings::load::<Settings>(&[], Some(&file), []));
    assert!(message.contains("http") && message.contains("listenn"), "{message}");
}

#[test]
fn a_bad_value_stops_the_start_with_the_name_of_its_key() {
    for (variable, value, key) in [
        ("TALLYKEEP__HTTP__LISTEN", "everywhere", "http.listen"),
        ("TALLYKEEP__HTTP__WORKERS", "-1", "http.workers"),
        ("TALLYKEEP__HTTP__SHUTDOWN_DELAY_MS", "5s", "http.shutdown_delay_ms"),
        ("TALLYKEEP__HTTP__TRUSTED_PROXIES", "10.0.0.0/33", "http.trusted_proxies"),
        ("TALLYKEEP__TELEMETRY__FORMAT", "xml", "telemetry.format"),
    ] {
        let message = refusal(from_environment(&[(variable, value)]));
        assert!(message.contains(key), "{message}");
    }
}

#[test]
fn a_file_that_is_not_there_or_no_toml_stops_the_start() {
    let folder = Folder::new();
    let missing = folder.0.path().join("missing.toml");
    assert!(refusal(settings::load::<Settings>(&[], Some(&missing), [])).contains("missing.toml"));
    let broken = folder.file("broken.toml", "[http\n");
    assert!(refusal(settings::load::<Settings>(&[], Some(&broken), [])).contains("broken.toml"));
}

#[test]
fn a_secret_is_read_from_a_file_without_its_last_newline() {
    let folder = Folder::new();
    let file = folder.file("secret", " kept as it is \r\n");
    let settings = from_environment(&[("TALLYKEEP__SECRET_FILE", file.to_str().unwrap())]).unwrap();
    assert_eq!(settings.secret.unwrap().expose_secret(), " kept as it is ");
}

#[test]
fn a_secret_file_that_is_not_there_stops_the_start_with_the_name_of_the_variable() {
    let message = refusal(from_environment(&[("TALLYKEEP__SECRET_FILE", "/nowhere/secret")]));
    assert!(message.contains("TALLYKEEP__SECRET_FILE") && message.contains("/nowhere/secret"), "{message}");
}

#[test]
fn a_secret_that_is_given_in_both_forms_stops_the_start() {
    let folder = Folder::new();
    let file = folder.file("secret", SECRET);
    let file = file.to_str().unwrap();
    for order in [
        [("TALLYKEEP__SECRET", SECRET), ("TALLYKEEP__SECRET_FILE", file)],
        [("TALLYKEEP__SECRET_FILE", file), ("TALLYKEEP__SECRET", SECRET)],
    ] {
        let message = refusal(from_environment(&order));
        assert!(message.contains("TALLYKEEP__SECRET is set twice"), "{message}");
        assert!(!message.contains(SECRET), "{message}");
    }
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    let others = [("HTTP__WORKERS", "5"), ("TALLYKEEPER__HTTP", "x"), ("SECRET_FILE", "/nowhere")];
    assert_eq!(from_environment(&others).unwrap().http.workers, HttpSettings::default().workers);
}

#[test]
fn a_list_is_one_text_with_commas_or_a_list_of_the_file() {
    let folder = Folder::new();
    let networks = |settings: Settings| {
        settings.http.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let text = [("TALLYKEEP__HTTP__TRUSTED_PROXIES", " 10.0.0.0/8, fd00::/8 ")];
    assert_eq!(networks(from_environment(&text).unwrap()), ["10.0.0.0/8", "fd00::/8"]);
    let file = folder.file("config.toml", "[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\"]\n");
    let settings = settings::load(&[], Some(&file), []).unwrap();
    assert_eq!(networks(settings), ["10.0.0.0/8", "fd00::/8"]);
    let addresses = [("TALLYKEEP__HTTP__TRUSTED_PROXIES", "10.0.0.1,fd00::1")];
    assert_eq!(networks(from_environment(&addresses).unwrap()), ["10.0.0.1/32", "fd00::1/128"]);
    let empty = [("TALLYKEEP__HTTP__TRUSTED_PROXIES", "")];
    assert!(networks(from_environment(&empty).unwrap()).is_empty());
}

#[test]
fn a_wrong_element_of_a_list_is_named() {
    let message = refusal(from_environment(&[("TALLYKEEP__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,traefik")]));
    assert!(message.contains("traefik"), "{message}");
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let settings = from_environment(&[("TALLYKEEP__SECRET", SECRET)]).unwrap();
    assert!(!format!("{settings:?}").contains(SECRET));
}

#[test]
fn http_settings_that_cannot_work_are_refused_before_anything_listens() {
    let wrong = [
        (HttpSettings { workers: 0, ..http_settings() }, "http.workers"),
        (HttpSettings { public_url: "numbers.example".into(), ..http_settings() }, "http.public_url"),
    ];
    for (settings, key) in wrong {
        let message = refusal(Server::bind(settings, Health::default(), None).map(|_| ()));
        assert!(message.contains(key), "{message}");
    }
}
