//! One project of Compose: its containers, and what they log.

use std::process::Command;

use serde_json::Value;

use crate::docker::{Outcome, docker, run};

/// A project, as the file of settings says that the runner wrote.
pub(crate) struct Compose {
    env_file: String,
}

impl Compose {
    /// The project whose settings the variable `variable` names.
    pub(crate) fn named_by(variable: &str) -> Self {
        Self { env_file: required(variable) }
    }

    /// `program`, so that whatever it does with Compose is done to this project.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("COMPOSE_ENV_FILES", &self.env_file);
        command
    }

    /// `docker compose` with `arguments` and with `settings` that are not in the file.
    pub(crate) fn try_run(&self, settings: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        run(self.command("docker").arg("compose").args(arguments).envs(settings.iter().copied()))
    }

    /// `docker compose` with `arguments`, which has to succeed.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.try_run(&[], arguments).expect()
    }

    /// The name of the project.
    pub(crate) fn project(&self) -> String {
        let text = std::fs::read_to_string(&self.env_file).expect("the runner wrote it");
        let mut names = text.lines().filter_map(|line| line.strip_prefix("COMPOSE_PROJECT_NAME="));
        names.next_back().expect("the project has a name").to_owned()
    }

    /// The ids of the containers of `service` that run.
    pub(crate) fn containers(&self, service: &str) -> Vec<String> {
        self.run(&["ps", "--quiet", service]).lines().map(str::to_owned).collect()
    }

    /// What Docker knows of every container of the project.
    pub(crate) fn inspect(&self) -> Vec<Value> {
        let ids = self.run(&["ps", "--quiet"]);
        let mut arguments = vec!["inspect"];
        arguments.extend(ids.lines());
        let all: Value = serde_json::from_str(&docker(&arguments)).expect("Docker writes JSON");
        all.as_array().expect("a list").clone()
    }

    /// The address of a container of `service` in the network `network` of the project.
    pub(crate) fn address(&self, service: &str, network: &str) -> String {
        let id = self.containers(service).remove(0);
        let network = format!("{}_{network}", self.project());
        let format = format!("{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");
        docker(&["inspect", "--format", &format, &id]).trim().to_owned()
    }

    /// The log lines of the requests that `service` answered.
    pub(crate) fn requests(&self, service: &str) -> Vec<Value> {
        // Not `docker compose logs`, which writes for a terminal even where there is none.
        self.containers(service).iter().flat_map(|container| requests(container)).collect()
    }

    /// The line of `service` about the request with that id.
    pub(crate) fn request(&self, service: &str, id: &str) -> Option<Value> {
        self.requests(service).into_iter().find(|line| request_id(line) == Some(id))
    }
}

/// The log lines of `container` that tell of a request.
pub(crate) fn requests(container: &str) -> Vec<Value> {
    let log = docker(&["logs", container]);
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| request_id(line).is_some()).collect()
}

/// The id of the request that `line` tells of.
pub(crate) fn request_id(line: &Value) -> Option<&str> {
    let tells = line["message"] == "http_request_completed";
    line["span"]["request.id"].as_str().filter(|_| tells)
}

/// A variable that the runner sets.
pub(crate) fn required(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run these tests by ./scripts/test e2e, or e2e/edge")
    })
}
