//! How long queries take, beside VictoriaMetrics: through HTTP, warm, over the same samples.

use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder};

use super::{
    data::{INTERVAL, Measurement, START},
    generator::send_all,
    judge,
    tallykeep::Tallykeep,
    victoria::VictoriaMetrics,
};
use crate::median;

const LEAST: f64 = 1.0;
const GOAL: f64 = 0.5;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// How often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often each query is asked.
    #[arg(long, default_value_t = 15)]
    repetitions: usize,
    /// How many days the long series goes on for.
    #[arg(long, default_value_t = 365)]
    days: i64,
    /// How long compaction may take, in seconds.
    #[arg(long, default_value_t = 300)]
    patience: u64,
}

/// Averages by step of all series of a measurement, from its first sample on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) measurement: Measurement,
    /// How far it goes, in seconds.
    pub(super) length: i64,
    /// The step in seconds, and as Tallykeep calls it.
    pub(super) step: (i64, &'static str),
}

const LONG: Measurement = Measurement { name: "long", series: 1 };
const WIDE: Measurement = Measurement { name: "wide", series: 100 };

/// Prints the medians of each query, and their ratio.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let questions = [
        Question {
            name: "a year by day",
            measurement: LONG,
            length: arguments.days * DAY,
            step: (DAY, "1d"),
        },
        Question { name: "a month by hour", measurement: LONG, length: 31 * DAY, step: (HOUR, "1h") },
        Question { name: "100 series, a day by 5 min", measurement: WIDE, length: DAY, step: (300, "5m") },
    ];
    let (tallykeep, victoria) = (Tallykeep::start()?, VictoriaMetrics::start()?);
    for (measurement, seconds) in [(LONG, arguments.days * DAY), (WIDE, DAY)] {
        let samples = usize::try_from(seconds / INTERVAL)? * measurement.series;
        send_all(measurement, 0..samples, |client, body| tallykeep.write(client, body))?;
        if let Some(victoria) = &victoria {
            send_all(measurement, 0..samples, |client, body| victoria.write(client, body))?;
        }
    }
    let tallykeep = tallykeep.compacted(Duration::from_secs(arguments.patience))?;
    if let Some(victoria) = &victoria {
        victoria.merge()?;
    }
    for question in questions {
        question.compare(&tallykeep, victoria.as_ref(), arguments.repetitions)?;
    }
    Ok(())
}

impl Question {
    fn compare(
        self,
        tallykeep: &Tallykeep,
        victoria: Option<&VictoriaMetrics>,
        repetitions: usize,
    ) -> anyhow::Result<()> {
        let client = Client::builder().no_proxy().timeout(None).build()?;
        let ours = self.ours(tallykeep, &client, repetitions)?;
        println!("{:<28}  Tallykeep        {ours:>9.2} ms", self.name);
        if let Some(victoria) = victoria {
            let ask = |cached| time(repetitions, || self.theirs(victoria, &client, cached));
            let (theirs, cached) = (ask(false)?, ask(true)?);
            println!("{:<28}  VictoriaMetrics  {theirs:>9.2} ms  {cached:.2} ms from its cache", self.name);
            println!("{:<28}  {}", self.name, judge(ours / theirs, LEAST, GOAL, false));
        }
        Ok(())
    }

    /// The median of Tallykeep's times, in milliseconds.
    pub(super) fn ours(
        self,
        tallykeep: &Tallykeep,
        client: &Client,
        repetitions: usize,
    ) -> anyhow::Result<f64> {
        time(repetitions, || self.request(tallykeep, client))
    }

    /// The milliseconds of one answer of Tallykeep's.
    pub(super) fn once(self, tallykeep: &Tallykeep, client: &Client) -> anyhow::Result<f64> {
        ask(self.request(tallykeep, client))
    }

    fn request(self, tallykeep: &Tallykeep, client: &Client) -> RequestBuilder {
        let parameters = [
            ("metric", format!("{}_usage", self.measurement.name)),
            ("aggregate", "avg".to_owned()),
            ("step", self.step.1.to_owned()),
            ("time_zone", "UTC".to_owned()),
            ("start", (START * 1_000).to_string()),
            ("end", ((START + self.length) * 1_000).to_string()),
            ("points", "100000".to_owned()),
            ("group_by", "host".to_owned()),
            ("group_by", "core".to_owned()),
        ];
        tallykeep.query(client, &parameters)
    }

    /// A point stands for the step before it, so that the first comes a step later.
    fn theirs(self, victoria: &VictoriaMetrics, client: &Client, cached: bool) -> RequestBuilder {
        let step = self.step.0;
        let query = format!("avg_over_time({}_usage[{step}s])", self.measurement.name);
        victoria.query(client, &query, [START + step, START + self.length, step], cached)
    }
}

/// The median of the times, after one that is not counted.
fn time(repetitions: usize, request: impl Fn() -> RequestBuilder) -> anyhow::Result<f64> {
    let times = (0..=repetitions).map(|_| ask(request()));
    let mut times = times.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(median(&mut times[1..]))
}

/// How long it takes until all of the answer is there, in milliseconds.
fn ask(request: RequestBuilder) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let answer = request.send()?;
    let status = answer.status();
    let text = answer.text()?;
    let time = begin.elapsed().as_secs_f64() * 1e3;
    anyhow::ensure!(status.is_success(), "a query was answered {status}: {text:.300}");
    Ok(time)
}
