#![doc = include_str!("../README.md")]

mod check;
mod client;
mod disk;
mod fault;
mod installation;
mod model;
mod postgres;
mod server;
mod wait;
mod workload;
mod writer;

use std::{
    path::PathBuf,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use anyhow::{Context, anyhow};
use fastrand::Rng;

pub use fault::Fault;

use client::Account;
use installation::Installation;
use writer::Writer;

/// How many accounts there are, each with as many connections.
const ACCOUNTS: usize = 3;
const CONNECTIONS: usize = 2;
/// A fault strikes after so many answers, or fewer.
const MOST_ANSWERS: usize = 60;

/// What to test, and how long.
#[derive(Debug, Clone)]
pub struct Options {
    /// `tallykeep-standalone`, built.
    pub program: PathBuf,
    /// How many faults, one after the other.
    pub rounds: u64,
    /// Decides what is sent and what happens when.
    pub seed: u64,
}

/// What a round has seen.
#[derive(Debug)]
pub struct Round {
    /// Which one, from 1.
    pub number: u64,
    /// What happened.
    pub fault: Fault,
    /// After how many answers.
    pub after: usize,
    /// At how many times of series nobody knew what they hold, because a request was not answered.
    pub unknown: usize,
    /// How many samples were read back and are right.
    pub samples: usize,
}

/// A run: an installation, and who writes to it.
struct Run {
    installation: Installation,
    writers: Vec<Writer>,
    faults: Vec<Fault>,
    seed: u64,
}

/// Tests, and tells of each round that has gone well. Answers whether the disk could be filled, too.
///
/// # Errors
/// The first difference that is found, with seed and round.
pub fn run(options: &Options, mut tell: impl FnMut(&Round)) -> anyhow::Result<bool> {
    let mut run = Run::start(options)?;
    for number in 1..=options.rounds {
        let round = run.round(number).with_context(|| format!("seed {}, round {number}", options.seed))?;
        tell(&round);
    }
    Ok(run.installation.disk.can_be_filled())
}

impl Run {
    fn start(options: &Options) -> anyhow::Result<Self> {
        let installation = Installation::start(options.program.clone())?;
        let mut faults = Fault::KILLS.to_vec();
        faults.extend(installation.disk.can_be_filled().then_some(Fault::FillDisk));
        let mut writers = Vec::new();
        for account in 0..ACCOUNTS {
            let account = Account::register(installation.url()?, account)?;
            for connection in 0..CONNECTIONS {
                // Values tell accounts apart, names do not.
                let (number, count) = (writers.len(), ACCOUNTS * CONNECTIONS);
                writers.push(Writer::new(account.clone(), connection, number, count));
            }
        }
        Ok(Self { installation, writers, faults, seed: options.seed })
    }

    fn round(&mut self, number: u64) -> anyhow::Result<Round> {
        // Of its own, so that a round does not depend on how far the ones before it came.
        let mut rng = Rng::with_seed(self.seed.wrapping_mul(1_000_003).wrapping_add(number));
        let fault = self.fault(number);
        let after = rng.usize(1..=MOST_ANSWERS);
        self.load(fault, after, &mut rng).with_context(|| format!("{fault} after {after} answers"))?;
        let unknown =
            self.writers.iter().flat_map(|writer| &writer.series).map(|series| series.model.unknown());
        let unknown = unknown.sum();
        self.installation.make_ready()?;
        let samples = check::check(&mut self.writers, self.installation.url()?, &mut rng)
            .with_context(|| format!("after {fault} after {after} answers"))?;
        Ok(Round { number, fault, after, unknown, samples })
    }

    /// What happens in the round `number`: each fault once, in any order, before one comes again.
    fn fault(&self, number: u64) -> Fault {
        let (count, place) = (self.faults.len() as u64, number - 1);
        let mut faults = self.faults.clone();
        Rng::with_seed(self.seed.wrapping_add(place / count)).shuffle(&mut faults);
        faults[(place % count) as usize]
    }

    /// Writes through all connections at once until the fault has struck.
    fn load(&mut self, fault: Fault, after: usize, rng: &mut Rng) -> anyhow::Result<()> {
        let Self { installation, writers, .. } = self;
        let url = installation.url()?.to_owned();
        let (stop, (answered, answers)) = (AtomicBool::new(false), mpsc::channel());
        let reader = writers[0].account.clone();
        thread::scope(|scope| {
            let (stop, url) = (&stop, url.as_str());
            let threads: Vec<_> = writers
                .iter_mut()
                .map(|writer| {
                    let (rng, answered) = (rng.fork(), answered.clone());
                    scope.spawn(move || writer.run(url, rng, stop, &answered))
                })
                .collect();
            drop(answered);
            let struck = fault.strike(installation, &reader, &answers, after, rng);
            stop.store(true, Ordering::Relaxed);
            // What a writer met says more than that it ended.
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().map_err(|_| anyhow!("a writer panicked"))?)
                .and(struck)
        })
    }
}
