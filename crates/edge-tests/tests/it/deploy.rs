//! A new version, while clients go on writing and reading.

use std::process::Command;

use tokio::task::spawn_blocking;

use crate::{
    docker::{Outcome, docker, run, until},
    load::Load,
    stack::Stack,
};

/// The images that have a version of ours.
const IMAGES: [&str; 7] = ["auth", "ingest", "query", "worker", "web", "migrate", "example"];

/// Gives the images that run now the name of another version.
fn tag(version: &str) {
    for image in IMAGES {
        docker(&["tag", &format!("tallykeep/{image}:e2e"), &format!("tallykeep/{image}:{version}")]);
    }
}

/// Runs `./scripts/deploy` while there is load, and answers what it said and the failures of clients.
async fn deploy_under_load(stack: &Stack, version: &str) -> (Outcome, Vec<String>) {
    let load = Load::start(stack.register().await.machine().await, &version.replace('-', "_"));
    until("the load is under way", async || load.answered() > 50).await;
    let mut command: Command = stack.compose.command("./scripts/deploy");
    command.args(["--version", version, "--no-build"]);
    let outcome = spawn_blocking(move || run(&mut command)).await.expect("the script ends");
    let before = load.answered();
    until("the load goes on", async || load.answered() > before + 50).await;
    let report = load.stop().await;
    (outcome, report.failures)
}

/// The versions of the images that containers of `service` run.
fn versions(stack: &Stack, service: &str) -> Vec<String> {
    let images = stack.compose.containers(service).into_iter();
    images.map(|id| docker(&["inspect", "--format", "{{.Config.Image}}", &id]).trim().to_owned()).collect()
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_deploy_fails_no_request_and_loses_no_sample() {
    let stack = Stack::https_alone().await;
    tag("e2e-2");
    let (outcome, failures) = deploy_under_load(&stack, "e2e-2").await;
    assert!(outcome.succeeded, "{}", outcome.said);
    assert!(failures.is_empty(), "{failures:?}\n{}", outcome.said);
    for service in ["auth", "ingest", "query", "worker", "web"] {
        assert_eq!(versions(&stack, service), [format!("tallykeep/{service}:e2e-2")], "{service}");
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_deploy_of_what_cannot_start_goes_back_by_itself() {
    let stack = Stack::https_alone().await;
    let before = versions(&stack, "ingest");
    tag("e2e-broken");
    // It takes the settings of ingest, and ends.
    docker(&["tag", "tallykeep/migrate:e2e", "tallykeep/ingest:e2e-broken"]);
    let (outcome, failures) = deploy_under_load(&stack, "e2e-broken").await;
    assert!(!outcome.succeeded, "{}", outcome.said);
    assert!(failures.is_empty(), "{failures:?}\n{}", outcome.said);
    assert_eq!(versions(&stack, "ingest"), before);
    assert_eq!(versions(&stack, "auth"), [before[0].replace("ingest", "auth")]);
}
