//! Runs a command beside a PostgreSQL server that keeps nothing, and ends with the command's status.

use std::{env, fs, os::unix::fs::PermissionsExt, process::Command};

use anyhow::Context;
use secrecy::ExposeSecret;
use tallykeep_embedded_postgres::{Cluster, Options};
use tallykeep_test_support::SERVER_VARIABLE;

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().context("with-postgres needs a command to run")?;
    let folder = tempfile::tempdir()?;
    // PostgreSQL runs as another user when root starts it, and has to get in.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let mut options = Options::ephemeral_for_tests(folder.path());
    options.max_connections = 500;
    let cluster = Cluster::start(&options)?;
    let url = cluster.connection_url("postgres");
    let status = Command::new(program).args(arguments).env(SERVER_VARIABLE, url.expose_secret()).status()?;
    cluster.stop()?;
    // `exit` runs no destructors.
    drop(folder);
    std::process::exit(status.code().unwrap_or(1));
}
