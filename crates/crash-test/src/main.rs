//! `tallykeep-crash-test`: rounds of faults, from the command line.
#![expect(clippy::print_stdout, reason = "a test tells how it goes")]

use std::{env, path::PathBuf};

use clap::Parser;
use tallykeep_crash_test::{Options, run};

/// Kills Tallykeep under load, again and again, and compares what is left with what was acknowledged.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// How many faults, one after the other.
    #[arg(long, default_value_t = 100)]
    rounds: u64,
    /// Decides what is sent and what happens when; any if left out.
    #[arg(long)]
    seed: Option<u64>,
    /// `tallykeep-standalone`; the one beside this program if left out.
    #[arg(long)]
    program: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let Arguments { rounds, seed, program } = Arguments::parse();
    let seed = seed.unwrap_or_else(|| fastrand::u64(0..1_000_000));
    let beside = env::current_exe()?.with_file_name("tallykeep-standalone");
    let options = Options { program: program.unwrap_or(beside), rounds, seed };
    println!("seed {seed}");
    let filled = run(&options, |round| {
        println!(
            "round {:>3}  {:<13} after {:>2} answers  {:>5} samples were uncertain  {:>7} are right",
            round.number, round.fault, round.after, round.unknown, round.samples
        );
    })?;
    if !filled {
        println!("the disk was NOT filled: no file system could be mounted, which takes root and Linux");
    }
    println!("{rounds} rounds: nothing was lost, doubled or invented");
    Ok(())
}
