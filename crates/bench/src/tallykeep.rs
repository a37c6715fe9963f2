//! A Tallykeep of its own, in another process, under load.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

use crate::{
    account, folder,
    load::{self, Load, Pressure},
    samples::Samples,
};

/// Starts it on a new folder, loads it, and ends it.
pub(crate) fn load(samples: &Samples, pressure: &Pressure) -> anyhow::Result<Load> {
    let folder = folder()?;
    let process = Process::start(folder.path())?;
    let key = account::make_key(&process.url, &account::register(&process.url)?)?;
    let address = format!("{}/api/v2/write", process.url);
    load::run(pressure, |client, number| {
        let body = &samples.bodies[number % samples.bodies.len()];
        client.post(&address).bearer_auth(&key).body(body.clone())
    })
}

struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// The program that was built beside this one.
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let program = env::current_exe()?.with_file_name("tallykeep-standalone");
        let mut child = Command::new(&program)
            .env("TALLYKEEP__STANDALONE__DATA", folder)
            .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__TELEMETRY__FORMAT", "json")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}: build it first", program.display()))?;
        let output = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["server.address"].as_str().map(str::to_owned)
        });
        // Read on, so that a full pipe does not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{}", address.context("Tallykeep did not start")?);
        Ok(Self { child, url })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM, so that it stops its PostgreSQL too; the standard library only knows SIGKILL.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
