//! The user that PostgreSQL runs as.

use std::{
    fs::Metadata,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{Gid, Uid, User, getegid, geteuid};

use crate::Error;

/// Whom root changes to, the first that exists.
const FOR_ROOT: [&str; 2] = ["postgres", "nobody"];

/// A user of this system, never root.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Whether this process must change to the user.
    switch: bool,
}

impl Account {
    /// The user for data that belongs to `owner`, or to nobody yet.
    pub(crate) fn choose(run_as: Option<&str>, owner: Option<u32>) -> Result<Self, Error> {
        let current = Self::current();
        if current.uid != 0 {
            return match run_as {
                Some(wanted) if wanted != current.name => {
                    Err(Error::CannotSwitchUser { wanted: wanted.to_owned(), current: current.name })
                }
                _ => Ok(current),
            };
        }
        if let Some(name) = run_as {
            return Self::named(name).ok_or_else(|| Error::NoSuchUser(name.to_owned()));
        }
        let owner = owner.filter(|uid| *uid != 0).and_then(Self::numbered);
        owner.or_else(|| FOR_ROOT.into_iter().find_map(Self::named)).ok_or(Error::NoUserForRoot)
    }

    /// Makes `command` run as this user.
    pub(crate) fn apply(&self, command: &mut Command) {
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// The outermost folder on the way to `path` that this user cannot enter, as far as the mode bits tell.
    pub(crate) fn stopped_at(&self, path: &Path) -> Option<PathBuf> {
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        let closed = |folder: &&Path| folder.metadata().is_ok_and(|metadata| !self.can_enter(&metadata));
        folders.into_iter().find(closed).map(Path::to_owned)
    }

    fn can_enter(&self, folder: &Metadata) -> bool {
        let mode = folder.permissions().mode();
        let execute = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        mode & execute != 0
    }

    fn current() -> Self {
        let (uid, gid) = (geteuid(), getegid());
        Self { name: name_of(uid), uid: uid.as_raw(), gid: gid.as_raw(), switch: false }
    }

    fn named(name: &str) -> Option<Self> {
        let user = User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root())?;
        Some(Self::other(user.uid, user.gid))
    }

    fn numbered(uid: u32) -> Option<Self> {
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten()?;
        Some(Self::other(user.uid, user.gid))
    }

    fn other(uid: Uid, gid: Gid) -> Self {
        Self { name: name_of(uid), uid: uid.as_raw(), gid: gid.as_raw(), switch: true }
    }
}

/// The user's name, or the number of a user without one.
pub(crate) fn name_of(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
