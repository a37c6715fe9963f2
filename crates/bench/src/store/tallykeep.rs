//! A Tallykeep of its own to measure, and its PostgreSQL to look into.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use reqwest::blocking::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::{
    account, folder,
    process::{Process, program},
    wire::Post,
};

/// All tables and indexes of the samples and of what names them.
const BYTES: &str = "select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class \
                     where relnamespace = 'metrics'::regnamespace and relkind = 'r'";
/// The largest parts of that, and how many chunks there are.
const PARTS: &str = "select string_agg(format('%s %s MB', part, bytes / 1000000), ', ' order by bytes desc)
    || format(', in %s chunks', (select count(*) from metrics.chunks))
    from (
        select c.relname || ' rows' as part, pg_relation_size(c.oid) as bytes
            from pg_class c where relnamespace = 'metrics'::regnamespace and relkind = 'r'
        union all select c.relname || ' indexes', pg_indexes_size(c.oid)
            from pg_class c where relnamespace = 'metrics'::regnamespace and relkind = 'r'
        union all select c.relname || ' out of line', pg_total_relation_size(c.reltoastrelid)
            from pg_class c where relnamespace = 'metrics'::regnamespace and relkind = 'r' and reltoastrelid <> 0
    ) as parts where bytes >= 1000000";
const BACKLOG: &str = "select count(*) from metrics.segments";
const PAUSE: Duration = Duration::from_millis(200);

/// A `tallykeep-standalone` on a folder of its own, with an account.
pub(super) struct Tallykeep {
    // Ends before its folder.
    pub(super) process: Process,
    folder: TempDir,
    key: String,
}

impl Tallykeep {
    /// Starts it on a new folder. It compacts from the beginning: the account is older than the process, whose worker
    /// learns of accounts when it starts.
    pub(super) fn start() -> anyhow::Result<Self> {
        let folder = folder()?;
        let process = launch(&folder, &[])?;
        let key = account::make_key(&process.url, &account::register(&process.url)?)?;
        Self { process, folder, key }.stop().start()
    }

    /// Stops it, PostgreSQL and all.
    pub(super) fn stop(self) -> Stopped {
        let Self { process, folder, key } = self;
        drop(process);
        Stopped { folder, key }
    }

    /// A request that writes line protocol, answered after its commit.
    pub(super) fn write(&self, client: &Client, body: Vec<u8>) -> RequestBuilder {
        client.post(format!("{}/api/v2/write", self.process.url)).bearer_auth(&self.key).body(body)
    }

    /// Where samples are written as JSON.
    pub(super) fn samples(&self) -> Post<'_> {
        let address = self.process.url.trim_start_matches("http://");
        Post { address, path: "/api/v1/samples", key: &self.key }
    }

    /// A query with these parameters.
    pub(super) fn query(&self, client: &Client, parameters: &[(&str, String)]) -> RequestBuilder {
        let request = client.get(format!("{}/api/v1/query", self.process.url)).bearer_auth(&self.key);
        request.query(parameters)
    }

    /// How many segments wait to be compacted.
    pub(super) fn backlog(&self) -> anyhow::Result<u64> {
        Ok(self.psql(BACKLOG)?.parse()?)
    }

    /// Has everything compacted, and is itself again. Nothing waits for its time meanwhile. When it takes longer than
    /// `patience`, that is said, and what is measured from then on is measured as it is.
    pub(super) fn compacted(self, patience: Duration) -> anyhow::Result<Self> {
        let Stopped { folder, key } = self.stop();
        let process = launch(&folder, &[("TALLYKEEP__WORKER__COMPACTION__AFTER_SECONDS", "0")])?;
        let eager = Self { process, folder, key };
        eager.wait_until_compacted(patience)?;
        eager.stop().start()
    }

    /// Waits until nothing is left to be compacted.
    fn wait_until_compacted(&self, patience: Duration) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let backlog = self.backlog()?;
            if backlog == 0 {
                return Ok(());
            }
            if begin.elapsed() > patience {
                println!("NOT compacted within {} s: {backlog} segments are left", patience.as_secs());
                return Ok(());
            }
            thread::park_timeout(PAUSE);
        }
    }

    /// What all tables and indexes of the samples take on disk, after a plain `vacuum`.
    pub(super) fn bytes_on_disk(&self) -> anyhow::Result<u64> {
        self.psql("vacuum")?;
        Ok(self.psql(BYTES)?.parse()?)
    }

    /// Of what parts that is made up, in words.
    pub(super) fn parts_on_disk(&self) -> anyhow::Result<String> {
        self.psql(PARTS)
    }

    /// The memory of the server and of its PostgreSQL, in bytes. What processes share is counted once.
    pub(super) fn memory(&self) -> anyhow::Result<[u64; 2]> {
        let postmaster = fs::read_to_string(self.folder.path().join("postgres/postmaster.pid"))?;
        let postmaster: u32 = postmaster.lines().next().context("no postmaster")?.parse()?;
        let postgres = children(postmaster).into_iter().chain([postmaster]).filter_map(proportional).sum();
        Ok([proportional(self.process.id()).context("memory can be measured on Linux only")?, postgres])
    }

    fn psql(&self, sql: &str) -> anyhow::Result<String> {
        let url = tallykeep_embedded_postgres::reach(self.folder.path(), "tallykeep")?;
        psql(&url.context("PostgreSQL is not ready")?, sql)
    }
}

/// A Tallykeep that has ended, and its data.
pub(super) struct Stopped {
    folder: TempDir,
    key: String,
}

impl Stopped {
    /// Starts it again.
    pub(super) fn start(self) -> anyhow::Result<Tallykeep> {
        let Self { folder, key } = self;
        Ok(Tallykeep { process: launch(&folder, &[])?, folder, key })
    }
}

/// What `sql` answers, by PostgreSQL's own client.
pub(super) fn psql(url: &SecretString, sql: &str) -> anyhow::Result<String> {
    let output = Command::new("psql")
        .args([
            "--quiet",
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--command",
            sql,
        ])
        .arg(url.expose_secret())
        .output()
        .context("psql cannot be started")?;
    anyhow::ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn launch(folder: &TempDir, settings: &[(&str, &str)]) -> anyhow::Result<Process> {
    let mut command = program("tallykeep-standalone")?;
    // As in its image.
    command.env("MIMALLOC_PURGE_DELAY", "10").envs(settings.iter().copied());
    command.env("TALLYKEEP__STANDALONE__DATA", folder.path());
    Process::start(command)
}

/// The proportional set size of a process (`proc_pid_smaps(5)`), in bytes.
fn proportional(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

/// The processes that `parent` started and that still run.
fn children(parent: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|process| process.parse().ok()).collect()
}
