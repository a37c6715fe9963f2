#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod account;
mod auth;
mod copy;
mod edge;
mod ingest;
mod load;
mod process;
mod samples;
mod store;
mod tallykeep;
mod wire;

use std::{fs, os::unix::fs::PermissionsExt};

use clap::{Parser, Subcommand};

use load::Pressure;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures how fast samples go in, beside PostgreSQL's `COPY`.
    Ingest(Pressure),
    /// Measures what the auth service costs, and whether its time tells who has an account.
    Auth(auth::Arguments),
    /// Measures what sign-in costs a tool behind Traefik.
    Edge(edge::Arguments),
    /// Measures the sample store beside its peers.
    #[command(subcommand)]
    Store(store::Command),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Ingest(pressure) => ingest::run(&pressure),
        Command::Auth(arguments) => auth::run(&arguments),
        Command::Edge(arguments) => edge::run(&arguments),
        Command::Store(command) => store::run(&command),
    }
}

/// A folder that PostgreSQL can reach when it runs as another user.
fn folder() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
