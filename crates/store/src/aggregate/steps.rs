//! The steps of a question, and what is kept of one series in each of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use tallykeep_domain::{Aggregation, Instant, TimeRange};

use super::accumulator::{Accumulator, Method};
use crate::{
    Piece, ReadError,
    piece::HOUR,
    scan::{Fold, Part},
};

/// The steps, and how their samples become points.
#[derive(Debug)]
pub struct Steps {
    /// The starts of the steps and the end of the last one, Unix milliseconds, in order.
    edges: Vec<i64>,
    method: Method,
    most_values: usize,
    /// How many values are held, over all series. Only quantiles hold any.
    values: AtomicUsize,
}

/// What was kept of one series. Steps without a sample take no room.
#[derive(Debug, Default)]
pub struct SeriesPoints {
    pub(super) steps: Vec<(usize, Accumulator)>,
    /// The value before the next one, for what a counter has grown by.
    previous: Option<f64>,
}

impl Steps {
    /// The steps between `edges`: the starts and the end of the last one, in order. A quantile needs the values of its
    /// steps at once; `most_values` of them may be held.
    #[must_use]
    pub fn new(edges: &[Instant], method: Method, most_values: usize) -> Self {
        let edges = edges.iter().map(|edge| edge.as_millis()).collect();
        Self { edges, method, most_values, values: AtomicUsize::new(0) }
    }

    /// What has to be read: the steps, and for a counter's growth as much before them as the first step is long, to know
    /// what it had grown to. A sample further back is not looked for, so that the cost of an answer follows from its
    /// range; the growth since then is missing from the first step of such a series and from no other. None where there
    /// is no step.
    #[must_use]
    pub fn range(&self) -> Option<TimeRange> {
        let (&start, &end) = (self.edges.first()?, self.edges.last()?);
        let grows = matches!(self.method, Method::By(Aggregation::Increase | Aggregation::Rate));
        let before = if grows { self.edges.get(1)? - start } else { 0 };
        let start = (start - before).max(Instant::MIN.as_millis());
        let end =
            if end >= Instant::END.as_millis() { Instant::END } else { Instant::from_millis(end).ok()? };
        TimeRange::new(Instant::from_millis(start).ok()?, end).ok()
    }

    /// Where pieces may stand for their samples: none of them may reach over an edge of a step. `None` where the samples
    /// themselves are needed: for quantiles, for steps of less than an hour, and for the last value of several series,
    /// because of two pieces nobody knows whose sample was the later one.
    #[must_use]
    pub fn grid(&self, one_series_a_group: bool) -> Option<&[i64]> {
        match self.method {
            Method::Quantile(_) => None,
            Method::By(Aggregation::Last) if !one_series_a_group => None,
            Method::By(_) => self.has_step_of_a_piece().then_some(&self.edges[..]),
        }
    }

    fn has_step_of_a_piece(&self) -> bool {
        self.edges.windows(2).any(|step| step[1] - step[0] >= HOUR)
    }

    pub(super) fn method(&self) -> Method {
        self.method
    }

    /// Start and length of a step, in milliseconds.
    pub(super) fn step(&self, step: usize) -> Option<(i64, i64)> {
        let (start, end) = (self.edges.get(step)?, self.edges.get(step + 1)?);
        Some((*start, end - start))
    }

    /// Which edge comes after `time`, and where it lies; none behind the last one.
    fn next_edge(&self, time: i64) -> Option<(usize, i64)> {
        let next = self.edges.partition_point(|edge| *edge <= time);
        Some((next, *self.edges.get(next)?))
    }

    /// From sample to sample and not from step to step: a few samples in many steps cost what the few cost.
    fn add_samples(&self, series: &mut SeriesPoints, times: &[i64], values: &[f64]) {
        let mut done = 0;
        while let Some((next, edge)) = times.get(done).and_then(|time| self.next_edge(*time)) {
            let end = done + times[done..].partition_point(|time| *time < edge);
            let previous = series.previous;
            // What lies before the first step only says what a counter had grown to.
            if let Some(step) = next.checked_sub(1) {
                series.at(step, self.method).add(&times[done..end], &values[done..end], previous);
            }
            series.previous = values[..end].last().copied();
            done = end;
        }
    }

    fn add_pieces(&self, series: &mut SeriesPoints, pieces: &[Piece]) {
        for piece in pieces {
            let Some((next, _)) = self.next_edge(piece.start) else { return };
            let previous = series.previous;
            if let Some(step) = next.checked_sub(1) {
                series.at(step, self.method).add_piece(piece, previous);
            }
            series.previous = Some(piece.last);
        }
    }

    fn holds_values(&self) -> bool {
        matches!(self.method, Method::Quantile(_))
    }

    fn hold(&self, values: usize) -> Result<(), ReadError> {
        if !self.holds_values() {
            return Ok(());
        }
        let held = self.values.fetch_add(values, Ordering::Relaxed) + values;
        if held > self.most_values { Err(ReadError::TooMany(self.most_values)) } else { Ok(()) }
    }
}

impl SeriesPoints {
    /// The step, which is the last one so far or comes behind it.
    fn at(&mut self, step: usize, method: Method) -> &mut Accumulator {
        if self.steps.last().is_none_or(|(last, _)| *last != step) {
            self.steps.push((step, Accumulator::new(method)));
        }
        let last = self.steps.len() - 1;
        &mut self.steps[last].1
    }
}

impl Fold for Steps {
    type Series = SeriesPoints;

    fn add(&self, series: &mut SeriesPoints, part: Part<'_>) -> Result<(), ReadError> {
        match part {
            Part::Samples { times, values } => {
                self.hold(times.len())?;
                self.add_samples(series, times, values);
            }
            // Of values a piece knows none but the least and the greatest.
            Part::Pieces(_) if self.holds_values() => {}
            Part::Pieces(pieces) => self.add_pieces(series, pieces),
        }
        Ok(())
    }
}
