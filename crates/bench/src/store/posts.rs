//! Requests of one sample each, as sensors send them, beside rows that `pgbench` inserts one by one.

use super::{data::START, judge, rows::Rows, tallykeep::Tallykeep};
use crate::{load::Pressure, median, wire};

const LEAST: f64 = 1.5;
const GOAL: f64 = 3.0;

/// How hard, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many rounds.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each side is loaded in a round, in seconds.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// How many connections send at once.
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// Prints the rates of each round, and the ratio of the medians.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let &Arguments { rounds, seconds, connections } = arguments;
    let pressure = Pressure { rounds, seconds, connections };
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let rate = Rows::start()?.rate(connections, seconds)?;
        println!("round {round}  pgbench    {rate:>8.0} rows/s");
        theirs.push(rate);
        let tallykeep = Tallykeep::start()?;
        let load = wire::run(&pressure, &tallykeep.samples(), sample)?;
        println!(
            "round {round}  Tallykeep  {:>8.0} samples/s  median {:.1} ms, 99 % within {:.1} ms",
            load.rate,
            load.latency_ms(0.5),
            load.latency_ms(0.99)
        );
        ours.push(load.rate);
    }
    let (theirs, ours) = (median(&mut theirs), median(&mut ours));
    println!("median   pgbench    {theirs:>8.0} rows/s");
    println!("median   Tallykeep  {ours:>8.0} samples/s  {}", judge(ours / theirs, LEAST, GOAL, true));
    Ok(())
}

fn sample(number: usize) -> String {
    let (sensor, time) = (number % 1_000, START * 1_000 + i64::try_from(number).unwrap_or_default());
    format!(
        r#"{{"samples":[{{"metric":"temperature","labels":{{"sensor":"{sensor}"}},"timestamp":{time},"value":20.5}}]}}"#
    )
}
