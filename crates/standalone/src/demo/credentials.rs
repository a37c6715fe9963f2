//! How to get at the demo account, kept in a file.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::random::random_text;

const EMAIL: &str = "demo@localhost";

/// What opens the demo account.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Credentials {
    pub(super) email: String,
    pub(super) password: String,
    /// None until everything is loaded.
    pub(super) api_key: Option<String>,
}

impl Credentials {
    /// Those in the file, or new ones that are in the file before anybody else learns of them.
    pub(super) fn read_or_make(path: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let new = Self { email: EMAIL.to_owned(), password: random_text()?, api_key: None };
                new.keep(path).map(|()| new)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes the file aside and renames it: half a password opens nothing.
    pub(super) fn keep(&self, path: &Path) -> anyhow::Result<()> {
        let aside = path.with_extension("new");
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            fs::rename(&aside, path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }
}
