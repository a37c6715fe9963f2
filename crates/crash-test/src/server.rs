//! `tallykeep-standalone` as a process.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::Context;
use serde_json::Value;

/// A server that listens. It is told to end with this.
pub(crate) struct Server {
    /// Where.
    pub(crate) url: String,
    child: Child,
}

impl Server {
    /// Runs `program` on the folder `data` and waits until it listens.
    ///
    /// # Errors
    /// When it ends before it listens; says what it logged last.
    pub(crate) fn start(program: &Path, data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        for (name, _) in env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"TALLYKEEP"))
        {
            command.env_remove(name);
        }
        let mut child = command
            .env("TALLYKEEP__STANDALONE__DATA", data)
            .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__TELEMETRY__FORMAT", "json")
            .env("TALLYKEEP__AUTH__REGISTRATION", "open")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let output = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut last = String::new();
        let address = lines.find_map(|line| {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            last = line;
            (event["message"] == "service_listening")
                .then(|| event["server.address"].as_str().map(str::to_owned))?
        });
        // Read on, so that a full pipe does not stop it.
        thread::spawn(move || lines.for_each(drop));
        let mut server = Self { url: String::new(), child };
        let address = address.with_context(|| format!("{} did not start: {last}", program.display()))?;
        server.url = format!("http://{address}");
        Ok(server)
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // SIGTERM, so that it stops its PostgreSQL too; the standard library only knows SIGKILL.
            let _ = Command::new("kill").arg(self.child.id().to_string()).status();
            let _ = self.child.wait();
        }
    }
}
