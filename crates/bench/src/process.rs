//! A program of Tallykeep's in another process.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

/// A service that listens. It ends with this.
pub(crate) struct Process {
    /// Where.
    pub(crate) url: String,
    child: Child,
}

/// A command that runs the program that was built beside this one.
pub(crate) fn program(name: &str) -> anyhow::Result<Command> {
    let program = env::current_exe()?.with_file_name(name);
    anyhow::ensure!(program.exists(), "{} is missing: build it first", program.display());
    Ok(Command::new(program))
}

impl Process {
    /// Runs `command` on a free port and waits until it listens.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__TELEMETRY__FORMAT", "json")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["server.address"].as_str().map(str::to_owned)
        });
        // Read on, so that a full pipe does not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{}", address.context("Tallykeep did not start")?);
        Ok(Self { url, child })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM, so that it stops its PostgreSQL too; the standard library only knows SIGKILL.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
