//! How long a start on much data takes, and the first query after it.

use std::time::{Duration, Instant};

use reqwest::blocking::Client;

use super::{data::Measurement, generator::send_all, queries::Question, tallykeep::Tallykeep};

/// Within how many seconds a reader should have answered.
const GOAL: f64 = 1.0;
const HOUR: i64 = 3_600;

/// How much there is.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many samples there are.
    #[arg(long, default_value_t = 100_000_000)]
    samples: usize,
    /// Of how many series.
    #[arg(long, default_value_t = 1_000)]
    series: usize,
    /// How long compaction may take, in seconds.
    #[arg(long, default_value_t = 600)]
    patience: u64,
}

/// Prints how long it takes until it listens and until it has answered. What the kernel keeps of the files stays.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let &Arguments { samples, series, patience } = arguments;
    let tallykeep = Tallykeep::start()?;
    let measurement = Measurement { name: "cpu", series };
    send_all(measurement, 0..samples, |client, body| tallykeep.write(client, body))?;
    let tallykeep = tallykeep.compacted(Duration::from_secs(patience))?;
    let (_, start, query) = restarted(tallykeep, measurement)?;
    println!("{samples} samples: a start of everything took {start:.2} s");
    let met = if query <= GOAL { "met" } else { "NOT met" };
    println!("the first query after it {query:.3} s, goal {GOAL}: {met}");
    Ok(())
}

/// Stops and starts it. Answers with the seconds until it listens, PostgreSQL and all, and those of its first query.
pub(super) fn restarted(
    tallykeep: Tallykeep,
    measurement: Measurement,
) -> anyhow::Result<(Tallykeep, f64, f64)> {
    let stopped = tallykeep.stop();
    let begin = Instant::now();
    let tallykeep = stopped.start()?;
    let start = begin.elapsed().as_secs_f64();
    let question = Question { name: "the first", measurement, length: HOUR, step: (HOUR, "1h") };
    let client = Client::builder().no_proxy().timeout(None).build()?;
    let query = question.once(&tallykeep, &client)? / 1e3;
    Ok((tallykeep, start, query))
}
