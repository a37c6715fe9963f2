//! How writes, queries, the size and a start grow with the samples and with the series.

use std::{
    fs,
    ops::Range,
    path::PathBuf,
    time::{Duration, Instant},
};

use reqwest::blocking::Client;

use super::{
    cold_start::restarted,
    data::{INTERVAL, Measurement},
    generator::send_all,
    queries::Question,
    tallykeep::Tallykeep,
};

mod plot;

const HOUR: i64 = 3_600;
const REPETITIONS: usize = 5;
/// The most points that a query gives: one for each series here.
const MOST_SERIES_ASKED: usize = 100_000;

/// How far.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The numbers of samples, growing.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000, 100_000_000])]
    samples: Vec<usize>,
    /// The numbers of series; each begins anew.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    series: Vec<usize>,
    /// How long compaction may take each time, in seconds.
    #[arg(long, default_value_t = 600)]
    patience: u64,
    /// The folder for `growth.csv` and `growth.svg`.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

/// What is measured at one size.
struct Row {
    samples: usize,
    series: usize,
    /// Samples a second, of those that were added.
    rate: f64,
    /// One step of an hour for every series; none where there are more than a query gives.
    query_ms: Option<f64>,
    bytes_each: f64,
    start_s: f64,
}

/// Writes the table and the plot, and prints each row.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    fs::create_dir_all(&arguments.folder)?;
    let mut rows = Vec::new();
    for &series in &arguments.series {
        let (mut tallykeep, mut written) = (Tallykeep::start()?, 0);
        for &samples in arguments.samples.iter().filter(|samples| **samples >= series) {
            let row;
            (tallykeep, row) = grow(tallykeep, written..samples, series, arguments.patience)?;
            println!("{}", row.csv());
            rows.push(row);
            written = samples;
        }
    }
    let lines: Vec<_> = rows.iter().map(Row::csv).collect();
    fs::write(arguments.folder.join("growth.csv"), format!("{}\n{}\n", Row::HEADER, lines.join("\n")))?;
    plot::draw(&arguments.folder.join("growth.svg"), &rows)
}

/// Adds the samples that are counted as `added`, and measures.
fn grow(
    tallykeep: Tallykeep,
    added: Range<usize>,
    series: usize,
    patience: u64,
) -> anyhow::Result<(Tallykeep, Row)> {
    let (samples, count) = (added.end, added.len());
    let measurement = Measurement { name: "cpu", series };
    let begin = Instant::now();
    send_all(measurement, added, |client, body| tallykeep.write(client, body))?;
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    let tallykeep = tallykeep.compacted(Duration::from_secs(patience))?;
    let bytes_each = tallykeep.bytes_on_disk()? as f64 / samples as f64;
    let (tallykeep, start_s, _) = restarted(tallykeep, measurement)?;
    let client = Client::builder().no_proxy().timeout(None).build()?;
    let length = HOUR.min(INTERVAL * i64::try_from(samples / series)?);
    let question = Question { name: "an hour of all", measurement, length, step: (HOUR, "1h") };
    let query_ms = match series {
        ..=MOST_SERIES_ASKED => Some(question.ours(&tallykeep, &client, REPETITIONS)?),
        _ => None,
    };
    Ok((tallykeep, Row { samples, series, rate, query_ms, bytes_each, start_s }))
}

impl Row {
    const HEADER: &str = "samples,series,samples_per_second,query_ms,bytes_per_sample,start_s";

    fn csv(&self) -> String {
        let query = self.query_ms.map(|ms| format!("{ms:.2}")).unwrap_or_default();
        let Self { samples, series, rate, bytes_each, start_s, .. } = self;
        format!("{samples},{series},{rate:.0},{query},{bytes_each:.2},{start_s:.2}")
    }
}
