//! The auth service as its container runs it, over a PostgreSQL that keeps what it is told.

use std::process::Command;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use tallykeep_embedded_postgres::{Cluster, Options};
use tempfile::TempDir;

use crate::{
    folder,
    process::{Process, program},
};

/// The address at which browsers believe to be.
pub(super) const HOST: &str = "localhost:8080";
/// What another service presents.
pub(super) const CREDENTIAL: &str = "only-for-this-run-ingest-0123456789";
/// How many passwords it hashes at once.
pub(super) const HASHING_PARALLELISM: u64 = 2;

const ROLE_PASSWORD: &str = "only-for-this-run-database-0123456789";

/// The service and its database, which end with this in this order.
pub(super) struct Service {
    pub(super) process: Process,
    _cluster: Cluster,
    _folder: TempDir,
}

impl Service {
    /// Starts both. Limits are out of the way, since all requests come from one address.
    pub(super) fn start() -> anyhow::Result<Self> {
        let folder = folder()?;
        let cluster = Cluster::start(&Options::new(folder.path()))?;
        migrate(&cluster.connection_url("postgres"))?;
        let mut command = program("tallykeep-auth")?;
        command
            .env(
                "TALLYKEEP__DATABASE__URL",
                format!("postgres://tallykeep_auth@127.0.0.1:{}/postgres", cluster.port()),
            )
            .env("TALLYKEEP__DATABASE__PASSWORD", ROLE_PASSWORD)
            // As in its image.
            .env("MALLOC_MMAP_THRESHOLD_", "1048576")
            .env("TALLYKEEP__HTTP__PUBLIC_URL", format!("http://{HOST}"))
            .env("TALLYKEEP__HTTP__TRUSTED_PROXIES", "127.0.0.0/8")
            .env("TALLYKEEP__HTTP__SHUTDOWN_DELAY_MS", "0")
            .env("TALLYKEEP__AUTH__SECRET", "only-for-this-run-master-key-0123456789")
            .env("TALLYKEEP__AUTH__INTROSPECTION_CREDENTIALS__INGEST", CREDENTIAL)
            .env("TALLYKEEP__AUTH__HASHING_PARALLELISM", HASHING_PARALLELISM.to_string())
            .env("TALLYKEEP__AUTH__MAX_LOGIN_ATTEMPTS", u16::MAX.to_string())
            .env("TALLYKEEP__AUTH__RATE_LIMIT_PER_MINUTE", u16::MAX.to_string())
            .env("TALLYKEEP__AUTH__RATE_LIMIT_BURST", u16::MAX.to_string());
        Ok(Self { process: Process::start(command)?, _cluster: cluster, _folder: folder })
    }
}

fn migrate(url: &SecretString) -> anyhow::Result<()> {
    let mut command: Command = program("tallykeep-migrate")?;
    command.env("TALLYKEEP__DATABASE__URL", url.expose_secret()).env("TALLYKEEP__TELEMETRY__LOG", "warn");
    for role in ["AUTH", "INGEST", "QUERY", "WORKER"] {
        command.env(format!("TALLYKEEP__PASSWORDS__{role}"), ROLE_PASSWORD);
    }
    let status = command.status().context("the migrations cannot be started")?;
    anyhow::ensure!(status.success(), "the migrations failed");
    Ok(())
}
