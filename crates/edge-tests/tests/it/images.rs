//! What the images hold, and what they do not.

use serde_json::Value;

use crate::docker::{docker, run};

/// The images that hold one program each. What else there is needs more: Traefik is not ours, and PostgreSQL wants a shell.
const SERVICES: [&str; 7] = ["auth", "ingest", "query", "worker", "web", "migrate", "example"];
/// In bytes.
const LARGEST: u64 = 40_000_000;

fn image(service: &str) -> String {
    format!("tallykeep/{service}:e2e")
}

fn inspect(service: &str) -> Value {
    let all: Value = serde_json::from_str(&docker(&["image", "inspect", &image(service)])).expect("JSON");
    all[0].clone()
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn an_image_is_small() {
    for service in SERVICES {
        let size = inspect(service)["Size"].as_u64().expect("a size");
        assert!(size <= LARGEST, "{service}: {size}");
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn an_image_says_what_it_is() {
    for service in SERVICES.into_iter().chain(["standalone"]) {
        let image = inspect(service);
        let label = |name: &str| {
            image["Config"]["Labels"][format!("org.opencontainers.image.{name}")]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(label("title"), format!("tallykeep-{service}"));
        for name in ["description", "licenses", "version", "revision"] {
            assert!(!label(name).is_empty(), "{service}: {name}");
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn an_image_runs_as_nobody_s_user_and_stops_on_sigterm() {
    for service in SERVICES {
        let config = inspect(service)["Config"].clone();
        assert_eq!(config["User"], "65532:65532", "{service}");
        assert_eq!(config["StopSignal"], "SIGTERM", "{service}");
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn whoever_breaks_into_a_service_finds_no_shell() {
    for service in SERVICES {
        for program in ["/bin/sh", "/bin/bash", "/busybox/sh", "/usr/bin/env"] {
            let mut command = std::process::Command::new("docker");
            let outcome = run(command.args([
                "run",
                "--rm",
                "--network",
                "none",
                "--entrypoint",
                program,
                &image(service),
            ]));
            assert!(
                !outcome.succeeded && outcome.said.contains("no such file"),
                "{service}: {}",
                outcome.said
            );
        }
    }
}
