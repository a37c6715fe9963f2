//! How fast line protocol is taken, beside VictoriaMetrics.

use super::{
    data::{LINES, Measurement, Prepared},
    judge,
    tallykeep::Tallykeep,
    victoria::VictoriaMetrics,
};
use crate::{
    load::{self, Load, Pressure},
    median,
};

const LEAST: f64 = 1.0;
const GOAL: f64 = 1.5;

/// How hard, how often, and over how many series.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pressure: Pressure,
    /// How many series there are.
    #[arg(long, default_value_t = 1_000)]
    series: usize,
}

/// Prints the rates of each round, and the ratio of the medians.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let samples = Prepared::new(Measurement { name: "cpu", series: arguments.series });
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for round in 1..=arguments.pressure.rounds {
        if let Some(victoria) = VictoriaMetrics::start()? {
            let load = load::run(&arguments.pressure, |client, n| victoria.write(client, samples.body(n)))?;
            theirs.push(tell(round, "VictoriaMetrics", &load));
        }
        let tallykeep = Tallykeep::start()?;
        let load = load::run(&arguments.pressure, |client, n| tallykeep.write(client, samples.body(n)))?;
        ours.push(tell(round, "Tallykeep", &load));
    }
    let ours = median(&mut ours);
    println!("median   Tallykeep        {ours:>12.0} samples/s");
    if !theirs.is_empty() {
        let theirs = median(&mut theirs);
        println!(
            "median   VictoriaMetrics  {theirs:>12.0} samples/s  {}",
            judge(ours / theirs, LEAST, GOAL, true)
        );
    }
    Ok(())
}

fn tell(round: usize, name: &str, load: &Load) -> f64 {
    let rate = load.rate * LINES as f64;
    println!(
        "round {round}  {name:<15}  {rate:>12.0} samples/s  median {:.1} ms, 99 % within {:.1} ms",
        load.latency_ms(0.5),
        load.latency_ms(0.99)
    );
    rate
}
