//! All samples of series, a bounded number of them at a time, so that an export of any size takes the same memory.

use std::{collections::BTreeSet, ops::Range};

use diesel::PgConnection;
use tallykeep_domain::{AccountId, Instant, SeriesId, TimeRange};

use crate::{
    ReadError,
    scan::{Pages, Part, Recent, Scan},
};

/// How many samples that are not compacted yet are held at once.
const MOST_RECENT: usize = 1 << 18;

/// What is still to be read of some series.
#[derive(Debug, Clone)]
pub struct Export {
    account: AccountId,
    series: BTreeSet<SeriesId>,
    range: TimeRange,
    /// Where the first of the series goes on.
    from: Instant,
}

impl Export {
    /// All samples of `series` in `range`.
    #[must_use]
    pub fn new(account: AccountId, series: BTreeSet<SeriesId>, range: TimeRange) -> Self {
        Self { account, series, range, from: range.start() }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.series.is_empty()
    }

    /// Hands out the next samples, series by series and in the order of time, each time once. There may be none although
    /// more follow. The transaction acts for the account, and is one of
    /// [`as_reader`](tallykeep_database::as_reader); the next ones may be read in another, so that nobody holds one for
    /// as long as a slow receiver takes. A sample is handed out as it is when its turn comes.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_some(
        &mut self,
        connection: &mut PgConnection,
        mut take: impl FnMut(SeriesId, &[i64], &[f64]),
    ) -> Result<(), ReadError> {
        let Some(mut range) = TimeRange::new(self.from, self.range.end()).ok() else {
            self.series.pop_first();
            return Ok(());
        };
        // One that was begun goes on alone: the others start elsewhere.
        let at_once = if self.from > self.range.start() { 1 } else { self.series.len() };
        let mut series: BTreeSet<SeriesId> = self.series.iter().copied().take(at_once).collect();
        let recent = loop {
            match Recent::load(connection, &self.scan(&series, range)) {
                Err(ReadError::TooMany(_)) if series.len() > 1 => {
                    series = series.iter().copied().take(series.len() / 2).collect();
                }
                Err(ReadError::TooMany(_)) => {
                    range = first_half(range, Recent::extent(connection, &self.scan(&series, range))?);
                }
                recent => break recent?,
            }
        };
        let scan = self.scan(&series, range);
        let strands = Pages::new(&scan, &recent).next(connection)?.unwrap_or_default();
        let mut done = series.last().map(|last| (*last, range.end().as_millis()));
        for strand in &strands {
            strand.walk(recent.of(strand.series()), |part| {
                // What is summed up has no samples any more.
                if let Part::Samples { times, values } = part {
                    take(strand.series(), times, values);
                }
                Ok(())
            })?;
            done = Some((strand.series(), strand.end()));
        }
        if let Some((series, end)) = done {
            self.go_on_behind(series, end);
        }
        Ok(())
    }

    fn scan<'a>(&self, series: &'a BTreeSet<SeriesId>, range: TimeRange) -> Scan<'a> {
        Scan { account: self.account, series, range, grid: None, most_recent: MOST_RECENT, threads: 1 }
    }

    fn go_on_behind(&mut self, series: SeriesId, end: i64) {
        self.series = self.series.split_off(&series);
        self.from = Instant::from_millis(end).unwrap_or(Instant::END);
        if self.from >= self.range.end() {
            self.series.pop_first();
            self.from = self.range.start();
        }
    }
}

/// The first half of what `range` has of `extent`, in which there is something; and what lies before it.
fn first_half(range: TimeRange, extent: Range<i64>) -> TimeRange {
    let start = range.start().as_millis().max(extent.start);
    let end = range.end().as_millis().min(extent.end);
    let middle = (start + (end - start) / 2).max(range.start().as_millis() + 1);
    Instant::from_millis(middle)
        .ok()
        .and_then(|middle| TimeRange::new(range.start(), middle).ok())
        .unwrap_or(range)
}
