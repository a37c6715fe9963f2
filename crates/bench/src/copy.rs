//! The floor: what PostgreSQL takes by `COPY` into a table with a key.

use std::{
    io::Write,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context;
use secrecy::ExposeSecret;
use tallykeep_embedded_postgres::{Cluster, Options};

use crate::{folder, samples::Samples};

const TABLE: &str = "create table samples (series integer, seconds bigint, value double precision, \
                     primary key (series, seconds))";

/// Samples a second.
pub(crate) fn rate(samples: &Samples) -> anyhow::Result<f64> {
    let folder = folder()?;
    let cluster = Cluster::start(&Options::new(folder.path()))?;
    psql(&cluster, TABLE, "")?;
    let begin = Instant::now();
    psql(&cluster, "copy samples from stdin csv", &samples.rows)?;
    let rate = samples.count() as f64 / begin.elapsed().as_secs_f64();
    cluster.stop()?;
    Ok(rate)
}

fn psql(cluster: &Cluster, sql: &str, input: &str) -> anyhow::Result<()> {
    let mut child = Command::new(cluster.binaries().join("psql"))
        .args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--command", sql])
        .arg(cluster.connection_url("postgres").expose_secret())
        .stdin(Stdio::piped())
        .spawn()
        .context("psql cannot be started")?;
    child.stdin.take().context("psql has no input")?.write_all(input.as_bytes())?;
    anyhow::ensure!(child.wait()?.success(), "psql failed");
    Ok(())
}
