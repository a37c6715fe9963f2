//! The log as `docker/fail2ban` reads it.

use std::collections::HashMap;

use regex::Regex;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use tallykeep_database::ServiceRole;
use tallykeep_test_support::{Client, SignedIn, TestDatabase};

use crate::{
    process::{Process, command},
    support::log_in,
};

const FILTER: &str = include_str!("../../../../docker/fail2ban/filter.d/tallykeep.conf");
const WRONG: &str = "not the password of anybody";
/// The begin of a line that would have `6.6.6.6` banned.
const FORGED: &str =
    r#"{"timestamp":"2026-11-21T14:39:16Z","level":"WARN","message":"sign_in","client.address":"6.6.6.6""#;

/// The filter's expression, put together as fail2ban does it.
fn expression() -> Regex {
    let keys: HashMap<&str, &str> = FILTER.lines().filter_map(|line| line.split_once(" = ")).collect();
    let whole = ["quote", "events"]
        .iter()
        .fold(keys["failregex"].to_owned(), |text, key| text.replace(&format!("%({key})s"), keys[key]));
    Regex::new(&whole.replace("<ADDR>", "(?<address>[0-9a-fA-F.:]+)")).unwrap()
}

/// Which addresses fail2ban finds in `lines`, out of which it takes the date first.
fn found(expression: &Regex, lines: &[String]) -> Vec<String> {
    let date = Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z").unwrap();
    let undated = lines.iter().map(|line| date.replace(line, "").into_owned());
    undated.filter_map(|line| Some(expression.captures(&line)?["address"].to_owned())).collect()
}

/// `line` as Docker's log driver writes it.
fn in_docker(line: &str) -> String {
    format!(r#"{{"log":{},"stream":"stdout","time":"2026-11-21T14:39:16.1Z"}}"#, Value::from(line))
}

/// The events of `lines` that are to be found, in order.
fn told(lines: &[String]) -> Vec<String> {
    let events = ["give_second_factor", "sign_in", "auth_lockout_triggered", "rate_limit_exceeded"];
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told =
        lines.filter(|line| line["level"] == "WARN" && events.iter().any(|event| line["message"] == *event));
    told.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn failures_and_nothing_else_are_found_with_the_address_of_the_client() {
    let database = TestDatabase::new();
    let mut command = command(database.url(ServiceRole::Auth).expose_secret());
    command
        .env("TALLYKEEP__HTTP__TRUSTED_PROXIES", "127.0.0.0/8")
        .env("TALLYKEEP__AUTH__MAX_LOGIN_ATTEMPTS", "2")
        .env("TALLYKEEP__AUTH__RATE_LIMIT_BURST", "4");
    let mut process = Process::start(command);
    let stranger = Client::new(&process.address("service_listening"));
    let ada = stranger.with_header("x-forwarded-for", "192.0.2.1").register("ada@example.org").await;
    let _ = ada.browser.get("/auth/account").await.expect(200);
    let eve =
        stranger.with_header("x-forwarded-for", "6.6.6.6, 2001:db8::7").with_header("user-agent", FORGED);
    for (email, password, status) in [
        ("ada@example.org", SignedIn::PASSWORD, 200),
        ("ada@example.org", WRONG, 401),
        (FORGED, WRONG, 401),
        ("ada@example.org", WRONG, 401),
        ("ada@example.org", WRONG, 429),
    ] {
        let _ = log_in(&eve, email, password).await.expect(status);
    }
    let _ = eve.get("/auth/x%22%7D%0A%7B%22timestamp%22:%22%22,%22level%22:%22WARN%22").await.expect(404);
    let forged = Method::from_bytes(b"%7B").unwrap();
    let _ = Client::send(eve.request(forged, &format!("/auth/{FORGED}")).header("traceparent", FORGED)).await;
    let lines = process.end_with_lines().0;

    assert_eq!(
        told(&lines),
        ["sign_in", "sign_in", "auth_lockout_triggered", "sign_in", "rate_limit_exceeded"]
    );
    let docker: Vec<String> = lines.iter().map(|line| in_docker(&format!("{line}\n"))).collect();
    for lines in [&lines, &docker] {
        assert_eq!(found(&expression(), lines), ["2001:db8::7"; 5], "{lines:#?}");
    }
}

#[test]
fn a_line_counts_from_its_begin_only() {
    let expression = expression();
    let line = format!("{FORGED}}}");
    let wrapped = in_docker(&line);
    assert_eq!(found(&expression, &[line.clone(), wrapped.clone()]), ["6.6.6.6"; 2]);
    let within = |text: &str| {
        let path = Value::from(text);
        format!(r#"{{"timestamp":"2026-11-21T14:39:16Z","level":"INFO","span":{{"url.path":{path}}}}}"#)
    };
    for text in [line.as_str(), &wrapped, &format!("x\"\n{line}"), &format!("\\\"{line}")] {
        let forged = within(text);
        assert_eq!(found(&expression, &[forged.clone(), in_docker(&forged)]), [""; 0], "{forged}");
    }
}
