//! VictoriaMetrics as its package installs it, on a folder of its own.

use std::{
    fs, io,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use reqwest::blocking::{Client, RequestBuilder};
use tempfile::TempDir;

use crate::folder;

/// Under which names it is installed.
const PROGRAMS: [&str; 2] = ["victoria-metrics", "victoria-metrics-prod"];
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

/// A VictoriaMetrics that listens. It ends with this.
pub(super) struct VictoriaMetrics {
    url: String,
    child: Child,
    folder: TempDir,
}

impl VictoriaMetrics {
    /// Starts it; none where it is not installed, which is said.
    pub(super) fn start() -> anyhow::Result<Option<Self>> {
        let folder = folder()?;
        // A port that nobody has at this moment.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let start = |program: &&str| {
            Command::new(program)
                .arg(format!("-storageDataPath={}", folder.path().display()))
                .arg(format!("-httpListenAddr={address}"))
                // By default it forgets after a month, and would not take older samples.
                .arg("-retentionPeriod=100y")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let child = PROGRAMS.iter().map(start).find(|child| match child {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        });
        let Some(child) = child else {
            println!("VictoriaMetrics is not installed: its side is left out");
            return Ok(None);
        };
        let victoria = Self { url: format!("http://{address}"), child: child?, folder };
        victoria.wait_for("/health", "OK")?;
        Ok(Some(victoria))
    }

    /// A request that writes line protocol. It is answered before anything is on disk.
    pub(super) fn write(&self, client: &Client, body: Vec<u8>) -> RequestBuilder {
        client.post(format!("{}/write", self.url)).body(body)
    }

    /// A range query. What it has answered before is not taken from its cache unless `cached`.
    pub(super) fn query(
        &self,
        client: &Client,
        query: &str,
        range: [i64; 3],
        cached: bool,
    ) -> RequestBuilder {
        let [start, end, step] = range.map(|seconds| seconds.to_string());
        let parts = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        let request = client.get(format!("{}/api/v1/query_range", self.url)).query(&parts);
        if cached { request } else { request.query(&[("nocache", "1")]) }
    }

    /// Brings everything into its final form: what is in memory to disk, and all parts into one.
    pub(super) fn merge(&self) -> anyhow::Result<()> {
        let client = Client::builder().no_proxy().timeout(None).build()?;
        for path in ["/internal/force_flush", "/internal/force_merge"] {
            client.get(format!("{}{path}", self.url)).send()?.error_for_status()?;
        }
        // It merges after the answer, and takes a moment to begin.
        thread::park_timeout(Duration::from_secs(2));
        self.wait_for("/metrics", "vm_active_merges{type=\"storage/big\"} 0")?;
        self.wait_for("/metrics", "vm_active_merges{type=\"storage/small\"} 0")
    }

    /// The bytes of all files in its folder.
    pub(super) fn bytes_on_disk(&self) -> anyhow::Result<u64> {
        bytes_below(self.folder.path())
    }

    fn wait_for(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let (client, begin) = (Client::builder().no_proxy().build()?, Instant::now());
        let said =
            || client.get(format!("{}{path}", self.url)).send().and_then(reqwest::blocking::Response::text);
        while !said().is_ok_and(|said| said.contains(text)) {
            anyhow::ensure!(begin.elapsed() < PATIENCE, "VictoriaMetrics does not say {text:?} at {path}");
            thread::park_timeout(PAUSE);
        }
        Ok(())
    }
}

impl Drop for VictoriaMetrics {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bytes_below(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        // A part that a merge has just replaced may be gone.
        let Ok(metadata) = entry.metadata() else { continue };
        bytes += if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
