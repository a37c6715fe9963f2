#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod copy;
mod load;
mod samples;
mod tallykeep;

use std::{fs, os::unix::fs::PermissionsExt};

use clap::Parser;

use samples::Samples;

/// Measures how fast samples go in.
#[derive(Parser)]
struct Arguments {
    /// How many rounds.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long a round loads Tallykeep, in seconds.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// How many connections send at once.
    #[arg(long, default_value_t = 8)]
    connections: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let samples = Samples::generate();
    let (mut floors, mut rates) = (Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        let floor = copy::rate(&samples)?;
        println!("round {round}  COPY       {floor:>12.0} samples/s");
        let load = tallykeep::load(&samples, arguments.seconds, arguments.connections)?;
        println!(
            "round {round}  Tallykeep  {:>12.0} samples/s  median {:.1} ms, 99 % within {:.1} ms",
            load.rate,
            load.latency_ms(0.5),
            load.latency_ms(0.99)
        );
        floors.push(floor);
        rates.push(load.rate);
    }
    let (floor, rate) = (median(&mut floors), median(&mut rates));
    println!("median   COPY       {floor:>12.0} samples/s");
    println!("median   Tallykeep  {rate:>12.0} samples/s  {:.1} x COPY", rate / floor);
    Ok(())
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
