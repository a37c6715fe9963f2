//! What the backlog says about each series.

use std::ops::Range;

use tallykeep_domain::SeriesId;

use super::{CompactError, backlog::Backlog};
use crate::{columns::Columns, deletion::Hidden, segment::Segment};

/// How many series are merged with one question to the database.
const SERIES_AT_ONCE: usize = 500;
/// How many samples are unpacked at once. One series more may be.
const SAMPLES_AT_ONCE: usize = 250_000;
/// Over how long, in milliseconds, all series of a batch may reach together: the chunks that lie between are listed.
const REACH_AT_ONCE: i64 = 20_000 * 86_400_000;

/// What is to change in a series.
pub(super) struct Change {
    pub(super) series: SeriesId,
    /// What was written, in the order of time, the last write of each; what was deleted afterwards is left out.
    pub(super) written: Columns,
    /// The ranges in which what was there before is deleted.
    pub(super) hidden: Vec<Range<i64>>,
}

impl Change {
    /// From the first to the last time that it touches, Unix milliseconds.
    pub(super) fn reach(&self) -> Option<(i64, i64)> {
        let written = self.written.times.first().copied().zip(self.written.times.last().copied());
        let hidden = self.hidden.iter().map(|range| (range.start, range.end - 1));
        written.into_iter().chain(hidden).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

/// The changes of all series in their order, a batch at a time, so that only a batch is unpacked.
pub(super) struct Changes<'a> {
    /// In the order of writing, with their numbers.
    segments: Vec<(i64, Segment<'a>)>,
    /// By series, and those of a series in the order of writing.
    runs: Vec<RunOf>,
    hidden: Hidden,
    series: Vec<SeriesId>,
    /// How many of the series and of the runs were handed out.
    done: (usize, usize),
}

/// Where samples of a series are. There may be as many of these as there are samples.
struct RunOf {
    series: SeriesId,
    /// Which of the segments, and which samples of it: no segment has as many as these count.
    segment: u32,
    start: u32,
    end: u32,
}

impl<'a> Changes<'a> {
    pub(super) fn of(backlog: &'a Backlog) -> Result<Self, CompactError> {
        let (mut segments, mut runs) = (Vec::with_capacity(backlog.segments.len()), Vec::new());
        for (place, stored) in (0..).zip(&backlog.segments) {
            let segment = stored.parse()?;
            runs.extend(segment.runs().map(|(series, places)| RunOf {
                series,
                segment: place,
                start: places.start as u32,
                end: places.end as u32,
            }));
            segments.push((stored.id, segment));
        }
        // Stable: the runs of a series stay in the order of writing.
        runs.sort_by_key(|run| run.series);
        let hidden = Hidden::by(&backlog.deletions);
        let mut series: Vec<_> = runs.iter().map(|run| run.series).chain(hidden.series()).collect();
        series.sort_unstable();
        series.dedup();
        Ok(Self { segments, runs, hidden, series, done: (0, 0) })
    }

    fn next_change(&mut self) -> Option<Change> {
        let series = *self.series.get(self.done.0)?;
        let mut written = Columns::default();
        let runs = self.runs[self.done.1..].iter().take_while(|run| run.series == series);
        for run in runs {
            let (id, segment) = &self.segments[run.segment as usize];
            let samples = segment.run(run.start as usize..run.end as usize).all();
            for (time, value) in self.hidden.visible(series, *id, samples) {
                written.push(time, value);
            }
            self.done.1 += 1;
        }
        self.done.0 += 1;
        written.keep_last_writes();
        Some(Change { series, written, hidden: self.hidden.in_chunks(series) })
    }
}

impl Iterator for Changes<'_> {
    type Item = Vec<Change>;

    fn next(&mut self) -> Option<Vec<Change>> {
        let (mut batch, mut samples, mut reach) = (Vec::new(), 0, 0_i64);
        while batch.len() < SERIES_AT_ONCE && samples < SAMPLES_AT_ONCE && reach < REACH_AT_ONCE {
            let Some(change) = self.next_change() else { break };
            samples += change.written.len();
            reach = reach.saturating_add(change.reach().map_or(0, |(first, last)| last - first));
            batch.push(change);
        }
        (!batch.is_empty()).then_some(batch)
    }
}
