//! What is tested: the server, its PostgreSQL, and the disk under them.

use std::path::PathBuf;

use anyhow::Context;
use reqwest::blocking::Client;

use crate::{disk::Disk, postgres::Postgres, server::Server, wait};

/// A Tallykeep on a folder of its own, which goes with it.
pub(crate) struct Installation {
    program: PathBuf,
    /// None between a kill and the next start.
    server: Option<Server>,
    pub(crate) disk: Disk,
}

impl Installation {
    /// Starts `program` on a new folder.
    pub(crate) fn start(program: PathBuf) -> anyhow::Result<Self> {
        let mut installation = Self { program, server: None, disk: Disk::prepare()? };
        installation.make_ready()?;
        Ok(installation)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> anyhow::Result<&str> {
        Ok(&self.server.as_ref().context("the server does not run")?.url)
    }

    /// Starts the server again if it was killed, and waits until it says that it is ready.
    pub(crate) fn make_ready(&mut self) -> anyhow::Result<()> {
        if self.server.is_none() {
            self.server = Some(Server::start(&self.program, &self.disk.data())?);
        }
        let (http, address) = (Client::builder().no_proxy().build()?, format!("{}/readyz", self.url()?));
        let ready = || http.get(&address).send().is_ok_and(|answer| answer.status().is_success());
        wait::until("for the server to be ready", ready)
    }

    pub(crate) fn postgres(&self) -> Postgres {
        Postgres::of(&self.disk.data())
    }

    /// Kills the server. Returns when PostgreSQL, should it run on, is through with the commits that were on their way:
    /// what is there from then on stays as it is.
    pub(crate) fn kill_server(&mut self) -> anyhow::Result<()> {
        self.server.take().context("the server does not run")?.kill()?;
        wait::until("for the last commits to end", || !self.postgres().is_written_to())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // Stops its PostgreSQL, too, if it can.
        drop(self.server.take());
        let _ = self.postgres().kill_all();
    }
}
