//! The sample store beside its peers: VictoriaMetrics, and PostgreSQL with a row for each sample.

mod ack;
mod cold_start;
mod data;
mod generator;
mod growth;
mod posts;
mod queries;
mod rows;
mod size;
mod sustained;
mod tallykeep;
mod victoria;
mod write;

use clap::Subcommand;

/// What is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Line protocol over several connections, beside VictoriaMetrics.
    Write(write::Arguments),
    /// The same for minutes, with memory and backlog: whether they stay flat.
    Sustained(sustained::Arguments),
    /// Requests of one sample each, beside single-row inserts by `pgbench`.
    Posts(posts::Arguments),
    /// How long an acknowledgement takes at a part of the peak rate.
    Ack(ack::Arguments),
    /// Bytes a sample takes on disk, beside VictoriaMetrics.
    Size(size::Arguments),
    /// How long queries take, beside VictoriaMetrics.
    Queries(queries::Arguments),
    /// How long a start on much data takes, and the first query after it.
    ColdStart(cold_start::Arguments),
    /// How writes, queries and the size grow with the samples and the series, as CSV and as a plot.
    Growth(growth::Arguments),
}

/// Prints the figures.
pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Write(arguments) => write::run(arguments),
        Command::Sustained(arguments) => sustained::run(arguments),
        Command::Posts(arguments) => posts::run(arguments),
        Command::Ack(arguments) => ack::run(arguments),
        Command::Size(arguments) => size::run(arguments),
        Command::Queries(arguments) => queries::run(arguments),
        Command::ColdStart(arguments) => cold_start::run(arguments),
        Command::Growth(arguments) => growth::run(arguments),
    }
}

/// How a figure stands beside its goals: those of the peer's that is allowed, and that is gone for.
fn judge(ratio: f64, least: f64, goal: f64, more_is_better: bool) -> String {
    let reaches = |bound: f64| if more_is_better { ratio >= bound } else { ratio <= bound };
    let word = if reaches(goal) {
        "goal met"
    } else if reaches(least) {
        "bound met, goal not"
    } else {
        "bound NOT met"
    };
    format!("{ratio:.2} x (bound {least}, goal {goal}): {word}")
}
