//! What a service can be told when it is started: to serve, or to say how it is.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use serde::Deserialize;

use crate::{HttpSettings, settings};

/// How long the service may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(4);

/// A service of Tallykeep. Without a command it serves.
#[derive(Debug, Parser)]
#[command(version)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every service can be told.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Asks the service that runs in this container whether it takes requests, and fails when it does not.
    Healthcheck,
}

impl CommandLine {
    /// Does what the command line says: without a command, `serve`.
    ///
    /// # Errors
    /// Those of what was done.
    pub fn run(serve: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        match Self::parse().command {
            None => serve(),
            Some(command) => command.run(&[]),
        }
    }
}

impl Command {
    /// Does it, in a program whose built-in defaults are `defaults`.
    ///
    /// # Errors
    /// When the service cannot be reached or takes no requests.
    pub fn run(&self, defaults: &[(&str, &str)]) -> anyhow::Result<()> {
        match self {
            Self::Healthcheck => check_health(defaults),
        }
    }
}

/// An image without a shell has no other program that could ask. The database is left out: it has a check of its own,
/// and a service that a proxy takes out of the way for it could not answer in the shape that its clients expect.
fn check_health(defaults: &[(&str, &str)]) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    struct Settings {
        #[serde(default)]
        http: HttpSettings,
    }
    let settings: Settings = settings::load_for_process(defaults)?;
    let url = format!("http://{}/readyz?exclude=database", reachable(settings.http.listen));
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    client
        .get(&url)
        .send()
        .and_then(reqwest::blocking::Response::error_for_status)
        .context("the service is not ready")?;
    Ok(())
}

/// Where a listener on `address` is reached from the same machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
