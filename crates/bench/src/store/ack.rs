//! How long an acknowledgement takes while there is something to do, but not more than can be done.

use reqwest::blocking::Client;

use super::{
    data::{LINES, Measurement, Prepared},
    tallykeep::Tallykeep,
};
use crate::load::{self, Pressure};

const LEAST_MS: f64 = 100.0;
const GOAL_MS: f64 = 25.0;
/// Enough that a slow answer keeps no other request waiting.
const CONNECTIONS: usize = 32;

/// How long, and at which rate.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// For how long, in seconds; a quarter of it goes to finding the peak rate.
    #[arg(long, default_value_t = 24)]
    seconds: u64,
    /// The part of the peak rate that is sent.
    #[arg(long, default_value_t = 0.5)]
    share: f64,
}

/// Prints the latencies. Each is counted from when its request was due, so that one that waited for a slow one before it
/// counts with its wait.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let samples = Prepared::new(Measurement { name: "cpu", series: 1_000 });
    let tallykeep = Tallykeep::start()?;
    let pressure = Pressure { rounds: 1, seconds: arguments.seconds.div_ceil(4), connections: 8 };
    let peak = load::run(&pressure, |client, n| tallykeep.write(client, samples.body(n)))?.rate;
    println!("peak  {:>12.0} samples/s", peak * LINES as f64);
    drop(tallykeep);
    let tallykeep = Tallykeep::start()?;
    let seconds = arguments.seconds - pressure.seconds;
    let rate = peak * arguments.share;
    // Series are made once; what is measured is what comes after that.
    let client = Client::builder().no_proxy().build()?;
    tallykeep.write(&client, samples.body(0)).send()?.error_for_status()?;
    let load =
        load::at_rate(rate, seconds, CONNECTIONS, |client, n| tallykeep.write(client, samples.body(n + 1)))?;
    let [half, most, all] = [0.5, 0.99, 1.0].map(|share| load.latency_ms(share));
    println!(
        "at    {:>12.0} samples/s of {:.0}  median {half:.1} ms, 99 % within {most:.1} ms, all within {all:.1} ms",
        load.rate * LINES as f64,
        rate * LINES as f64
    );
    let word = match most {
        most if most <= GOAL_MS => "goal met",
        most if most <= LEAST_MS => "bound met, goal not",
        _ => "bound NOT met",
    };
    println!("99 % within {most:.1} ms (bound {LEAST_MS}, goal {GOAL_MS}): {word}");
    Ok(())
}
