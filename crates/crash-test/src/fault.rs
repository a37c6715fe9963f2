//! What happens to an installation while it is written to.

use std::{
    fmt,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Instant,
};

use fastrand::Rng;

use crate::{
    client::{Account, SeriesName},
    installation::Installation,
    model::Outcome,
    postgres::kill,
    wait,
    workload::Kind,
};

/// How many answers are waited for after something has happened.
const SOME: usize = 10;
/// PostgreSQL may still have room within its files.
const MOST_TAKEN_WHILE_FULL: usize = 5_000;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server is killed; PostgreSQL goes on.
    KillServer,
    /// PostgreSQL's first process is killed, and a little later the server.
    KillPostgres,
    /// One of PostgreSQL's backends is killed.
    KillBackend,
    /// Every process is killed at once.
    Crash,
    /// There is no room left on the disk for a while.
    FillDisk,
}

impl Fault {
    /// Those that need nothing special.
    pub(crate) const KILLS: [Self; 4] =
        [Self::KillServer, Self::KillPostgres, Self::KillBackend, Self::Crash];

    /// Lets it happen when `after` requests have been answered. What was killed with the server stays so.
    pub(crate) fn strike(
        self,
        installation: &mut Installation,
        reader: &Account,
        answers: &Receiver<Outcome>,
        after: usize,
        rng: &mut Rng,
    ) -> anyhow::Result<()> {
        wait_for_some(answers, after)?;
        let postgres = installation.postgres();
        match self {
            Self::KillServer => installation.kill_server(),
            Self::KillPostgres => {
                postgres.kill()?;
                wait_for_some(answers, SOME)?;
                installation.kill_server()
            }
            Self::KillBackend => {
                let before = postgres.backends();
                let place = rng.usize(0..before.len().max(1));
                let one: Vec<_> = before.iter().copied().skip(place).take(1).collect();
                kill(&one)?;
                // PostgreSQL ends the others too, and recovers.
                wait::until("for all backends to end", || postgres.backends().is_disjoint(&before))?;
                wait_for(answers, Outcome::Done)
            }
            Self::Crash => {
                postgres.kill_all()?;
                installation.kill_server()
            }
            Self::FillDisk => fill_disk(installation, reader, answers),
        }
    }
}

/// Fills the disk until writes fail, reads, makes room, and waits until writes go on.
fn fill_disk(
    installation: &Installation,
    reader: &Account,
    answers: &Receiver<Outcome>,
) -> anyhow::Result<()> {
    let ballast = installation.disk.fill()?;
    let mut taken = 0;
    while receive(answers)? == Outcome::Done {
        taken += 1;
        anyhow::ensure!(taken < MOST_TAKEN_WHILE_FULL, "{taken} writes were taken while the disk was full");
    }
    for kind in Kind::ALL {
        reader.days(installation.url()?, SeriesName { kind, writer: 0 }, "count")?;
    }
    drop(ballast);
    answers.try_iter().for_each(drop);
    wait_for(answers, Outcome::Done)
}

fn wait_for_some(answers: &Receiver<Outcome>, count: usize) -> anyhow::Result<()> {
    (0..count).try_for_each(|_| receive(answers).map(drop))
}

fn wait_for(answers: &Receiver<Outcome>, wanted: Outcome) -> anyhow::Result<()> {
    let begin = Instant::now();
    while receive(answers)? != wanted {
        anyhow::ensure!(begin.elapsed() < wait::BOUND, "no request succeeds any more");
    }
    Ok(())
}

fn receive(answers: &Receiver<Outcome>) -> anyhow::Result<Outcome> {
    answers.recv_timeout(wait::BOUND).map_err(|error| match error {
        RecvTimeoutError::Timeout => anyhow::anyhow!("no request is answered any more"),
        RecvTimeoutError::Disconnected => anyhow::anyhow!("every connection broke"),
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KillServer => "kill-server",
            Self::KillPostgres => "kill-postgres",
            Self::KillBackend => "kill-backend",
            Self::Crash => "crash",
            Self::FillDisk => "fill-disk",
        })
    }
}
