//! What starts, and what refuses to.

use std::process::Command;

use tallykeep_test_support::Client;

use crate::{
    docker::{docker, root, run, until},
    stack::Stack,
};

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn a_server_without_settings_does_not_start_and_says_what_makes_them() {
    let mut command = Command::new("docker");
    command.args([
        "compose",
        "--project-name",
        "tallykeep-e2e-none",
        "-f",
        "compose.yaml",
        "-f",
        "compose.prod.yaml",
    ]);
    command.args(["up", "--detach"]).env("COMPOSE_ENV_FILES", "/dev/null").env_remove("TALLYKEEP_HOST");
    let outcome = run(&mut command);
    assert!(!outcome.succeeded && outcome.said.contains("./scripts/setup"), "{}", outcome.said);
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn secrets_that_everybody_knows_will_not_do_for_a_public_address() {
    let stack = Stack::http().await;
    for service in ["migrate", "auth", "ingest", "query", "worker"] {
        let public = [("TALLYKEEP_PUBLIC_URL", "https://numbers.example")];
        let outcome = stack.compose.try_run(&public, &["run", "--rm", "--no-deps", "--no-TTY", service]);
        assert!(!outcome.succeeded, "{service}: {}", outcome.said);
        assert!(outcome.said.contains("./scripts/setup"), "{service}: {}", outcome.said);
        let secrets =
            std::fs::read_dir(root().join("docker/development-secrets")).expect("the folder is there");
        for secret in secrets.map_while(Result::ok) {
            let secret = std::fs::read_to_string(secret.path()).expect("it can be read");
            assert!(!outcome.said.contains(secret.trim()), "{service} tells a secret");
        }
    }
}

/// A container that goes when the test does.
struct Container(String);

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.0]);
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn the_image_with_everything_in_it_starts_on_its_own() {
    let arguments = [
        "run",
        "--detach",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges:true",
        "--tmpfs=/tmp",
        "--publish=127.0.0.1::8080",
        "tallykeep/standalone:e2e",
    ];
    let container = Container(docker(&arguments).trim().to_owned());
    let address = docker(&["port", &container.0, "8080/tcp"]);
    let client = Client::new(&format!("http://{}", address.trim()));
    until("it is ready", async || {
        let running = docker(&["inspect", "--format", "{{.State.Running}}", &container.0]);
        assert_eq!(running.trim(), "true", "{}", docker(&["logs", &container.0]));
        let answer = Client::try_send(client.request(reqwest::Method::GET, "/readyz")).await;
        answer.is_some_and(|answer| answer.status == 200)
    })
    .await;
    assert_eq!(client.get("/").await.status, 200);
}
