//! Running PostgreSQL's programs.

use std::{
    env,
    ffi::OsStr,
    io::ErrorKind,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use crate::{Error, account::Account};

/// PostgreSQL's programs of one version, run as one user inside the folder of a cluster.
///
/// Files are named relative to that folder: `pg_ctl` hands its arguments to a shell, and a path may hold anything.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) binaries: PathBuf,
    pub(crate) account: Account,
    pub(crate) folder: PathBuf,
}

impl Programs {
    /// Fails when the user cannot enter the folder of the cluster or run the programs.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.run("pg_ctl", ["--version"]).map(drop)
    }

    /// Runs a program to its end, whatever that is.
    pub(crate) fn run<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Output, Error> {
        let program = self.binaries.join(program);
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        clean_environment(&mut command);
        self.account.apply(&mut command);
        command.output().map_err(|source| match source.kind() {
            ErrorKind::PermissionDenied => self.explain(program, source),
            _ => Error::Run { program, source },
        })
    }

    fn explain(&self, program: PathBuf, source: std::io::Error) -> Error {
        let stopped_at =
            [&self.folder, &self.binaries].into_iter().find_map(|path| self.account.stopped_at(path));
        match stopped_at {
            Some(folder) => Error::Unreachable { folder, user: self.account.name.clone() },
            None => Error::Run { program, source },
        }
    }
}

/// What a program said, on either stream.
pub(crate) fn said(output: &Output) -> String {
    let text =
        [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream).trim().to_owned());
    text.join("\n").trim().to_owned()
}

/// `PGPORT`, `PGOPTIONS` and the like are meant for another server.
fn clean_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    // macOS: without a locale in the environment its C library starts a thread, and the server gives up.
    command.env("LC_ALL", "C");
}
