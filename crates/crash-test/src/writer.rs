//! A connection that sends to series of its own, and keeps account of what it was answered.

use std::sync::{
    atomic::{AtomicBool, Ordering},
    mpsc::Sender,
};

use fastrand::Rng;

use crate::{
    client::{Account, SeriesName},
    model::{Model, Outcome},
    workload::{Kind, Operation, Workload, last_of_each},
};

/// A series, what is sent to it next, and what it may hold.
pub(crate) struct Series {
    pub(crate) name: SeriesName,
    pub(crate) model: Model,
    workload: Workload,
}

/// A connection of one account. Its series have the same names in every account, and nobody else writes to them.
pub(crate) struct Writer {
    pub(crate) account: Account,
    pub(crate) series: Vec<Series>,
}

impl Writer {
    /// The connection `connection` of `account`, which is the writer `number` of `count`.
    pub(crate) fn new(account: Account, connection: usize, number: usize, count: usize) -> Self {
        let kinds = Kind::ALL.len();
        let series = Kind::ALL.into_iter().enumerate().map(|(place, kind)| Series {
            name: SeriesName { kind, writer: connection },
            model: Model::default(),
            workload: Workload::new(kind, number * kinds + place, count * kinds),
        });
        Self { account, series: series.collect() }
    }

    /// Sends until it is told to stop or the connection breaks, and tells of each answer.
    ///
    /// # Errors
    /// When it is answered what must not be.
    pub(crate) fn run(
        &mut self,
        url: &str,
        mut rng: Rng,
        stop: &AtomicBool,
        answers: &Sender<Outcome>,
    ) -> anyhow::Result<()> {
        while !stop.load(Ordering::Relaxed) {
            let place = rng.usize(0..self.series.len());
            let series = &mut self.series[place];
            let operation = series.workload.next(&mut rng);
            let answer = self.account.send(url, series.name, &operation)?;
            match &operation {
                Operation::Write { samples, .. } => {
                    series.model.write(&last_of_each(samples), answer.outcome);
                }
                Operation::Delete(range) => series.model.delete(range, answer.outcome),
            }
            // Whoever waits for answers may have seen enough.
            let _ = answers.send(answer.outcome);
            if !answer.connected {
                break;
            }
        }
        Ok(())
    }
}
