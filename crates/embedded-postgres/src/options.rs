//! What a caller decides about a cluster.

use std::path::PathBuf;

/// Where a cluster lies and how its server runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that holds the cluster; made when it is missing. One cluster per folder.
    pub folder: PathBuf,
    /// The folder with `initdb`, `pg_ctl` and `postgres`; searched for when unset.
    pub binaries: Option<PathBuf>,
    /// The user that PostgreSQL runs as when root starts it; by default the owner of the data, `postgres` or `nobody`.
    pub run_as: Option<String>,
    /// Memory for PostgreSQL's own page cache, in MiB. 64 unless changed.
    pub shared_buffers_mib: u32,
    /// Connections that the server accepts. 60 unless changed.
    pub max_connections: u16,
    /// Private, so that only [`Options::ephemeral_for_tests`] can give up durability.
    pub(crate) ephemeral: bool,
}

impl Options {
    /// A cluster in `folder` for data that is to be kept.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            binaries: None,
            run_as: None,
            shared_buffers_mib: 64,
            max_connections: 60,
            ephemeral: false,
        }
    }

    /// A cluster that is fast and **loses its data** on a crash or a power cut, and stops without a checkpoint.
    pub fn ephemeral_for_tests(folder: impl Into<PathBuf>) -> Self {
        Self { ephemeral: true, ..Self::new(folder) }
    }
}
