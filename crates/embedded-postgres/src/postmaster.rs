//! `postmaster.pid`: which server, if any, works on a data folder.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::Error;

/// What a server says about itself in its data folder.
///
/// The lines are, in order: process id, data folder, start time, port, socket folder, listen address, shared memory and
/// status (`src/include/utils/pidfile.h` of PostgreSQL).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pid: u32,
    pub(crate) port: u16,
    /// Whether it accepts connections.
    pub(crate) ready: bool,
}

impl Postmaster {
    /// What the data folder says; nothing when there is no such file, or only the torn rest of one.
    pub(crate) fn read(data: &Path) -> Result<Option<Self>, Error> {
        let path = file(data);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", path)(error)),
        }
    }

    /// Whether the process with this id works on `data`.
    ///
    /// After a restart of a container or of the machine the id may well be another process's, even a thread of our
    /// own. A server works inside its data folder, and on Linux that shows. Elsewhere ids come around so slowly that
    /// the word of `pg_ctl` will do.
    pub(crate) fn works_on(&self, data: &Path) -> bool {
        if !cfg!(target_os = "linux") {
            return true;
        }
        let identity = |path: &Path| path.metadata().map(|folder| (folder.dev(), folder.ino()));
        match identity(&PathBuf::from(format!("/proc/{}/cwd", self.pid))) {
            Ok(working) => identity(data).is_ok_and(|data| data == working),
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            port: lines.get(3)?.parse().ok()?,
            ready: lines.get(7) == Some(&"ready"),
        })
    }
}

/// Removes what a dead server left behind. PostgreSQL does so itself unless the process id has a new owner or the file
/// is torn; then it would refuse to start.
pub(crate) fn remove_stale(data: &Path) -> Result<(), Error> {
    match fs::remove_file(file(data)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", file(data))(error)),
        _ => Ok(()),
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str =
        "4711\n/data/postgres\n1763708000\n35123\n\n127.0.0.1\n  1163264    32768\nready   \n";

    #[test]
    fn a_ready_server_is_told_from_one_that_starts() {
        assert_eq!(Postmaster::parse(READY), Some(Postmaster { pid: 4711, port: 35123, ready: true }));
        let starting = READY.replace("ready   ", "starting");
        assert_eq!(Postmaster::parse(&starting), Some(Postmaster { pid: 4711, port: 35123, ready: false }));
    }

    #[test]
    fn a_torn_file_names_no_server() {
        assert_eq!(Postmaster::parse(""), None);
        assert_eq!(Postmaster::parse("4711\n/data/postgres\n"), None);
    }
}
