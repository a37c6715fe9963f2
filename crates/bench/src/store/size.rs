//! What a sample takes on disk once everything is compacted, beside VictoriaMetrics after its merge.

use std::time::Duration;

use super::{data::Measurement, generator::send_all, judge, tallykeep::Tallykeep, victoria::VictoriaMetrics};

const LEAST: f64 = 1.0;
const GOAL: f64 = 0.85;

/// How much there is.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many samples there are.
    #[arg(long, default_value_t = 2_000_000)]
    samples: usize,
    /// Of how many series.
    #[arg(long, default_value_t = 1_000)]
    series: usize,
    /// How long compaction may take, in seconds.
    #[arg(long, default_value_t = 300)]
    patience: u64,
}

/// Prints the bytes that a sample takes in each, and their ratio. The same samples go to both.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let &Arguments { samples, series, patience } = arguments;
    let measurement = Measurement { name: "cpu", series };
    let each = |bytes: u64| bytes as f64 / samples as f64;
    let tallykeep = Tallykeep::start()?;
    send_all(measurement, 0..samples, |client, body| tallykeep.write(client, body))?;
    let tallykeep = tallykeep.compacted(Duration::from_secs(patience))?;
    let ours = each(tallykeep.bytes_on_disk()?);
    println!(
        "Tallykeep        {ours:>6.2} bytes a sample of {samples}, tables and indexes after a plain vacuum"
    );
    println!("                 {}", tallykeep.parts_on_disk()?);
    if let Some(victoria) = VictoriaMetrics::start()? {
        send_all(measurement, 0..samples, |client, body| victoria.write(client, body))?;
        victoria.merge()?;
        let theirs = each(victoria.bytes_on_disk()?);
        println!("VictoriaMetrics  {theirs:>6.2} bytes a sample, all files after a merge");
        println!("{}", judge(ours / theirs, LEAST, GOAL, false));
    }
    Ok(())
}
