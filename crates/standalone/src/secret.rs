//! The master secret of this installation.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use secrecy::SecretString;

use crate::random::random_text;

/// The secret in `folder`, made and kept for its owner alone when it is not there yet.
///
/// # Errors
/// When the file can be neither read nor written.
pub fn master_secret(folder: &Path) -> anyhow::Result<SecretString> {
    let path = folder.join("master-secret");
    match fs::read_to_string(&path) {
        Ok(secret) => Ok(secret.trim_end().into()),
        Err(error) if error.kind() == ErrorKind::NotFound => create(folder, &path),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Written aside and renamed: a secret that was cut off would sign and hash, and lock everybody out once it is whole.
fn create(folder: &Path, path: &Path) -> anyhow::Result<SecretString> {
    let secret = random_text()?;
    let aside = path.with_extension("new");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(secret.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        File::open(folder)?.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(secret.into())
}
