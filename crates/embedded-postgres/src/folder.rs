//! The folder of a cluster: names, ownership, the lock and the password.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use nix::unistd::{Uid, getegid, geteuid};
use secrecy::SecretString;

use crate::{
    Error,
    account::{Account, name_of},
};

/// The data, relative to the cluster's folder.
pub(crate) const DATA: &str = "postgres";
/// The data while `initdb` makes it. A half-made folder never has the final name.
pub(crate) const NEW_DATA: &str = "postgres.new";
/// The superuser's password.
pub(crate) const PASSWORD: &str = "postgres-password";
/// The server's log.
pub(crate) const LOG: &str = "postgres.log";
const LOCK: &str = "postgres.lock";
/// How often the lock is tried before it is another process's.
const LOCK_ATTEMPTS: usize = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The folder of a cluster, held by this process alone.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        make(path).map_err(Error::file("make", path))?;
        let path = path.canonicalize().map_err(Error::file("open", path))?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Absolute, without symbolic links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join(DATA)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join(LOG)
    }

    /// The owner of the data; nothing when there is none yet.
    pub(crate) fn owner(&self) -> Result<Option<u32>, Error> {
        let version = self.data().join("PG_VERSION");
        // A foreign data folder refuses the look inside, and is data all the same.
        if matches!(version.try_exists(), Ok(false)) {
            return Ok(None);
        }
        let metadata = self.data().metadata().map_err(Error::file("read", self.data()))?;
        Ok(Some(metadata.uid()))
    }

    /// Refuses data of another user than `account`: PostgreSQL would, less plainly.
    pub(crate) fn check_owner(&self, owner: u32, account: &Account) -> Result<(), Error> {
        if owner == account.uid {
            return Ok(());
        }
        let owner = name_of(Uid::from_raw(owner));
        Err(Error::ForeignData { data: self.data(), owner, user: account.name.clone() })
    }

    /// The major version that made the data, such as `15`.
    pub(crate) fn major(&self) -> Result<String, Error> {
        let path = self.data().join("PG_VERSION");
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        Ok(text.trim().to_owned())
    }

    /// An empty folder and a password, both of `account`, for `initdb` to work with.
    pub(crate) fn prepare_data(&self, account: &Account) -> Result<(), Error> {
        let data = self.path.join(NEW_DATA);
        remove(fs::remove_dir_all(&data)).map_err(Error::file("remove", &data))?;
        DirBuilder::new().mode(0o700).create(&data).map_err(Error::file("make", &data))?;
        give(&data, account.uid, account.gid)?;
        let password = self.path.join(PASSWORD);
        // One that exists is kept: it may belong to data whose disk is only not mounted yet.
        if fs::read_to_string(&password).unwrap_or_default().trim().is_empty() {
            let text = random_password()?;
            let open = private().create(true).truncate(true).open(&password);
            let written =
                open.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
            written.map_err(Error::file("write", &password))?;
        }
        give(&password, account.uid, account.gid)
    }

    /// Takes the password back and gives the data its final name.
    pub(crate) fn adopt_data(&self) -> Result<(), Error> {
        give(&self.path.join(PASSWORD), geteuid().as_raw(), getegid().as_raw())?;
        let new = self.path.join(NEW_DATA);
        fs::rename(&new, self.data()).map_err(Error::file("rename", &new))?;
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(Error::file("sync", &self.path))
    }

    /// The superuser's password.
    pub(crate) fn password(&self) -> Result<SecretString, Error> {
        password_in(&self.path)
    }

    /// Makes sure that `account`, and nobody else but root, can write the log.
    pub(crate) fn prepare_log(&self, account: &Account) -> Result<(), Error> {
        let path = self.log();
        private().append(true).create(true).open(&path).map_err(Error::file("open", &path))?;
        give(&path, account.uid, account.gid)
    }
}

/// The superuser's password in the folder `path`.
pub(crate) fn password_in(path: &Path) -> Result<SecretString, Error> {
    let path = path.join(PASSWORD);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(SecretString::from(text.trim())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::NoPassword(path)),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

/// A new folder can be entered by the user that PostgreSQL runs as, whatever the umask; one that exists stays as it is.
fn make(folder: &Path) -> io::Result<()> {
    if folder.try_exists()? {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o711))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the kernel tells of a lock that is free only who waits without end"
)]
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let file = private().create(true).truncate(false).open(&path).map_err(Error::file("open", &path))?;
    // A child of this process that was forked before a lock was let go holds it until it becomes another program.
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(Error::file("lock", path)(error)),
        }
    }
    Err(Error::InUse(folder.to_owned()))
}

/// For a file that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Of a symbolic link the link itself: root must not be led to give away a file elsewhere.
fn give(path: &Path, uid: u32, gid: u32) -> Result<(), Error> {
    lchown(path, Some(uid), Some(gid)).map_err(Error::file("change the owner of", path))
}

/// What is not there need not be removed.
fn remove(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// 32 random bytes in hexadecimal, which needs no quoting in a connection URL.
fn random_password() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
