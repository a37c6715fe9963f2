//! Why a cluster does not start or stop; written for the operator, with the mend where there is one.

use std::{io, path::PathBuf};

use crate::binaries::MINIMUM_MAJOR;

/// Why an embedded PostgreSQL could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL on this machine, or not in the folder that was set.
    #[error("found no PostgreSQL {MINIMUM_MAJOR} or newer; {install}. Looked in:\n  {}", looked_in.join("\n  "))]
    NotInstalled {
        /// How to install it on this system.
        install: String,
        /// Every place, with what was there.
        looked_in: Vec<String>,
    },
    /// The data was made by a major version whose programs are not on this machine.
    #[error(
        "the data in {} was made by PostgreSQL {major}, which is not installed; the data is left as it is; {install}. \
         Looked in:\n  {}",
        data.display(), looked_in.join("\n  ")
    )]
    OtherVersion {
        /// The data folder.
        data: PathBuf,
        /// The major version that made it, as its `PG_VERSION` says.
        major: String,
        /// How to install that version on this system.
        install: String,
        /// Every place, with what was there.
        looked_in: Vec<String>,
    },
    /// Another process holds the cluster.
    #[error("{} is in use by another process: two servers on one data folder would destroy it", .0.display())]
    InUse(PathBuf),
    /// The user named in the options does not exist.
    #[error("there is no user {0:?} on this system to run PostgreSQL as")]
    NoSuchUser(String),
    /// Started by root on a system without a user to change to.
    #[error(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` here: \
         start as an ordinary user, or name the user that PostgreSQL is to run as"
    )]
    NoUserForRoot,
    /// Only root can run PostgreSQL as somebody else.
    #[error("PostgreSQL can run as {wanted} only when root starts it, not {current}")]
    CannotSwitchUser {
        /// The user asked for.
        wanted: String,
        /// The user that asked.
        current: String,
    },
    /// The data belongs to a user other than the one PostgreSQL would run as.
    #[error(
        "{} belongs to {owner}, but PostgreSQL would run as {user}: start as {owner}, or run `chown -R {user} {}`",
        data.display(), data.display()
    )]
    ForeignData {
        /// The data folder.
        data: PathBuf,
        /// Whom it belongs to.
        owner: String,
        /// Whom PostgreSQL would run as.
        user: String,
    },
    /// The user that PostgreSQL runs as cannot enter a folder on the way to the data or the programs.
    #[error(
        "PostgreSQL runs as {user}, who cannot enter {}: choose a folder elsewhere (such as /var/lib/tallykeep), \
         or run `chmod o+x {}`",
        folder.display(), folder.display()
    )]
    Unreachable {
        /// The folder that stops the user.
        folder: PathBuf,
        /// The user that PostgreSQL runs as.
        user: String,
    },
    /// The data is there and its superuser password is not.
    #[error(
        "{} is missing, and without it nobody can sign in to the data beside it: restore it from the backup",
        .0.display()
    )]
    NoPassword(PathBuf),
    /// `initdb` failed.
    #[error("initdb could not make a new cluster:\n{0}")]
    Initialise(String),
    /// The server did not become ready.
    #[error("PostgreSQL did not start: {reason}\nThe end of its log, {}:\n{tail}", log.display())]
    Start {
        /// What `pg_ctl` said.
        reason: String,
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server did not stop in time.
    #[error("PostgreSQL did not stop: {0}")]
    Stop(String),
    /// A program of PostgreSQL could not be run at all.
    #[error("cannot run {}", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the cluster could not be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried: a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No port of 127.0.0.1 can be had.
    #[error("found no free port on 127.0.0.1")]
    NoPort(#[source] io::Error),
    /// The system's random number generator failed.
    #[error("the system gave no random bytes for a password")]
    Random(#[source] getrandom::Error),
}

impl Error {
    /// For `map_err`: names the file and what was tried with it.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
