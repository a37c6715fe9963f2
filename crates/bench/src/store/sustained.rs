//! Whether the rate, the memory and the backlog stay flat for minutes.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;

use super::{
    data::{LINES, Measurement, Prepared},
    judge,
    tallykeep::Tallykeep,
};
use crate::load::{self, Pressure};

const LEAST: f64 = 0.8;
const GOAL: f64 = 1.0;
/// What the server should stay within, in MB.
const MEMORY_GOAL: f64 = 256.0;
/// What a run is compared with.
const SHORT_SECONDS: u64 = 8;

/// For how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// For how many minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// How many connections send at once.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How often it is looked at, in seconds.
    #[arg(long, default_value_t = 15)]
    every: u64,
}

/// What is seen now and then.
struct Look {
    server_mb: f64,
    backlog: u64,
}

/// Prints what is seen now and then, and the ratio of the long run to a short one before it.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let samples = Prepared::new(Measurement { name: "cpu", series: 1_000 });
    let pressure = |seconds| Pressure { rounds: 1, seconds, connections: arguments.connections };
    let send = |tallykeep: &Tallykeep, seconds| -> anyhow::Result<f64> {
        let load = load::run(&pressure(seconds), |client, n| tallykeep.write(client, samples.body(n)))?;
        Ok(load.rate * LINES as f64)
    };
    let short = send(&Tallykeep::start()?, SHORT_SECONDS)?;
    println!("{SHORT_SECONDS} s  {short:>12.0} samples/s");
    let tallykeep = Tallykeep::start()?;
    let (long, looks) = watched(&tallykeep, Duration::from_secs(arguments.every), || {
        send(&tallykeep, arguments.minutes * 60)
    })?;
    println!("{} min  {long:>12.0} samples/s  {}", arguments.minutes, judge(long / short, LEAST, GOAL, true));
    let most = looks.iter().map(|look| look.server_mb).fold(0.0, f64::max);
    let met = if most <= MEMORY_GOAL { "met" } else { "NOT met" };
    println!("at most {most:.0} MB of memory, goal {MEMORY_GOAL}: {met}");
    let backlog = looks.iter().map(|look| look.backlog).max().unwrap_or_default();
    println!("at most {backlog} segments were seen to wait");
    Ok(())
}

/// Does `work`, and looks at `tallykeep` now and then until it is done.
fn watched<T>(
    tallykeep: &Tallykeep,
    every: Duration,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<(T, Vec<Look>)> {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watcher = scope.spawn(move || -> anyhow::Result<Vec<Look>> {
            let begin = Instant::now();
            let mut looks = Vec::new();
            while is_done.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                looks.push(look(tallykeep, begin.elapsed())?);
            }
            Ok(looks)
        });
        let result = work();
        drop(done);
        let looks = watcher.join().map_err(|_| anyhow!("the watcher panicked"))??;
        Ok((result?, looks))
    })
}

fn look(tallykeep: &Tallykeep, since: Duration) -> anyhow::Result<Look> {
    let [server_mb, postgres_mb] = tallykeep.memory()?.map(|bytes| bytes as f64 / 1e6);
    let backlog = tallykeep.backlog()?;
    println!(
        "after {:>4} s  server {server_mb:>6.0} MB  PostgreSQL {postgres_mb:>6.0} MB  {backlog:>6} segments wait",
        since.as_secs()
    );
    Ok(Look { server_mb, backlog })
}
