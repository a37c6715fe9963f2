//! The processes of the PostgreSQL that `tallykeep-standalone` runs, as `/proc` shows them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;

/// How the title of a process that serves a connection tells from where that comes.
const CLIENT: &str = " 127.0.0.1(";
/// The role whose connections write samples.
const WRITER: &str = "tallykeep_ingest";

/// The server whose data lies in a folder.
pub(crate) struct Postgres {
    pid_file: PathBuf,
}

impl Postgres {
    /// Of the `tallykeep-standalone` whose data folder is `data`.
    pub(crate) fn of(data: &Path) -> Self {
        Self { pid_file: data.join("postgres/postmaster.pid") }
    }

    /// The process that started all the others.
    fn postmaster(&self) -> Option<u32> {
        fs::read_to_string(&self.pid_file).ok()?.lines().next()?.parse().ok()
    }

    /// Kills that process. The others end when they notice.
    pub(crate) fn kill(&self) -> anyhow::Result<()> {
        kill(&[self.postmaster().context("PostgreSQL does not run")?])
    }

    /// Kills every process at once.
    pub(crate) fn kill_all(&self) -> anyhow::Result<()> {
        let Some(postmaster) = self.postmaster() else { return Ok(()) };
        kill(&children(postmaster).into_iter().chain([postmaster]).collect::<Vec<_>>())
    }

    /// The processes that serve connections.
    pub(crate) fn backends(&self) -> BTreeSet<u32> {
        self.serving("")
    }

    /// Whether connections that write samples are open. One whose client has gone stays until its commit is through.
    pub(crate) fn is_written_to(&self) -> bool {
        !self.serving(WRITER).is_empty()
    }

    fn serving(&self, role: &str) -> BTreeSet<u32> {
        let children = self.postmaster().map(children).unwrap_or_default();
        let serves = |title: String| title.contains(CLIENT) && title.contains(role);
        children.into_iter().filter(|process| title(*process).is_some_and(serves)).collect()
    }
}

/// Sends SIGKILL. Processes that have ended meanwhile are passed over.
pub(crate) fn kill(processes: &[u32]) -> anyhow::Result<()> {
    let processes = processes.iter().map(u32::to_string);
    Command::new("kill").arg("-KILL").args(processes).stderr(Stdio::null()).status()?;
    Ok(())
}

/// The processes that `parent` started and that still run.
fn children(parent: u32) -> BTreeSet<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    processes.filter(|process| parent_of(*process) == Some(parent)).collect()
}

/// From `/proc/…/stat` (`proc_pid_stat(5)`): the name in parentheses may hold anything, the parent comes second behind.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// What a process shows as its command line; PostgreSQL's tell there what they do.
fn title(process: u32) -> Option<String> {
    let line = fs::read(format!("/proc/{process}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}
