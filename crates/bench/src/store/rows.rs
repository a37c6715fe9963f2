//! A row for each sample, as `pgbench` inserts it.

use std::{fs, process::Command};

use anyhow::Context;
use secrecy::ExposeSecret;
use tallykeep_embedded_postgres::{Cluster, Options};
use tempfile::TempDir;

use super::tallykeep::psql;
use crate::folder;

const TABLE: &str = "create table samples (series integer, at timestamptz, value double precision, \
                     primary key (series, at))";
/// Two rows of one series in the same microsecond are one.
const INSERT: &str = "\\set series random(1, 1000)\n\
                      insert into samples values (:series, clock_timestamp(), random()) on conflict do nothing;\n";
/// Every connection of a load, and some for the server itself.
const CONNECTIONS: u16 = 100;

/// A PostgreSQL with the settings of Tallykeep's own, but for the number of its connections, and a table with a key.
pub(super) struct Rows {
    cluster: Cluster,
    folder: TempDir,
}

impl Rows {
    /// Starts it on a new folder.
    pub(super) fn start() -> anyhow::Result<Self> {
        let folder = folder()?;
        let mut options = Options::new(folder.path().join("data"));
        options.max_connections = CONNECTIONS;
        let cluster = Cluster::start(&options)?;
        psql(&cluster.connection_url("postgres"), TABLE)?;
        Ok(Self { cluster, folder })
    }

    /// Transactions a second, each of one row, over so many connections.
    pub(super) fn rate(&self, connections: usize, seconds: u64) -> anyhow::Result<f64> {
        let script = self.folder.path().join("insert.sql");
        fs::write(&script, INSERT)?;
        let output = Command::new(self.cluster.binaries().join("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .args([format!("--client={connections}"), format!("--time={seconds}")])
            .arg(format!("--file={}", script.display()))
            .arg(self.cluster.connection_url("postgres").expose_secret())
            .output()
            .context("pgbench cannot be started")?;
        anyhow::ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout)?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.with_context(|| format!("pgbench says no rate: {said}"))
    }
}
