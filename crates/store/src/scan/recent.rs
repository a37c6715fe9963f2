//! What is not compacted yet: samples in segments, and deletions.

use std::{collections::BTreeMap, ops::Range};

use diesel::{
    PgConnection, QueryResult,
    dsl::{max, min},
    pg::PgRowByRowLoadingMode,
    prelude::*,
};
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::segments;
use tallykeep_domain::SeriesId;

use super::Scan;
use crate::{
    ReadError,
    columns::Columns,
    commit::timestamp,
    deletion::{Deletion, Hidden},
    segment::{DamagedSegment, Segment},
};

/// How many segments are read at once. They come one after the other; but where one is refused, the others are received
/// all the same.
const PAGE: i64 = 64;

/// The samples of the series of a scan that lie in segments, and what deletions hide of their chunks.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    series: BTreeMap<SeriesId, RecentSeries>,
}

/// What is not compacted yet of one series.
#[derive(Debug, Default)]
pub(crate) struct RecentSeries {
    /// In the order of time, each time once.
    pub(super) samples: Columns,
    /// Ranges whose samples are deleted from every chunk, Unix milliseconds.
    pub(super) hidden: Vec<Range<i64>>,
}

/// A series of which everything is compacted.
static COMPACTED: RecentSeries =
    RecentSeries { samples: Columns { times: Vec::new(), values: Vec::new() }, hidden: Vec::new() };

impl Recent {
    /// Reads all that may lie in the range of the scan.
    pub(crate) fn load(connection: &mut PgConnection, scan: &Scan<'_>) -> Result<Self, ReadError> {
        let hidden = Hidden::by(&Deletion::all(connection, scan.account)?);
        let mut gathering = Gathering { scan, hidden, series: BTreeMap::new(), count: 0, crowded: 0 };
        let mut after = Some(i64::MIN);
        while let Some(id) = after {
            after = gathering.add_page(connection, id)?;
        }
        Ok(Self { series: gathering.finish() })
    }

    /// From the earliest to behind the latest sample of the segments that may lie in the range of the scan, Unix
    /// milliseconds.
    pub(crate) fn extent(connection: &mut PgConnection, scan: &Scan<'_>) -> QueryResult<Range<i64>> {
        let bounds = overlapping(scan).select((min(segments::earliest), max(segments::latest)));
        let (earliest, latest): (Option<Timestamp>, Option<Timestamp>) = bounds.first(connection)?;
        let millis = |at: Option<Timestamp>| at.map(|at| at.to_jiff().as_millisecond());
        Ok(millis(earliest).unwrap_or(i64::MIN)..millis(latest).map_or(i64::MAX, |latest| latest + 1))
    }

    /// Of `series`.
    pub(crate) fn of(&self, series: SeriesId) -> &RecentSeries {
        self.series.get(&series).unwrap_or(&COMPACTED)
    }
}

impl RecentSeries {
    /// Which of its samples lie in `range`.
    pub(super) fn within(&self, range: &Range<i64>) -> Range<usize> {
        let before = |edge: i64| self.samples.times.partition_point(|time| *time < edge);
        before(range.start)..before(range.end)
    }

    /// Whether anything in `range` is other than chunks have it.
    pub(super) fn touches(&self, range: &Range<i64>) -> bool {
        !self.within(range).is_empty() || self.hidden.iter().any(|hidden| overlap(hidden, range))
    }
}

/// Whether two ranges have anything in common.
pub(super) fn overlap(one: &Range<i64>, other: &Range<i64>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The segments that may hold samples of the range.
#[diesel::dsl::auto_type(no_type_alias)]
fn overlapping<'a>(scan: &'a Scan<'a>) -> _ {
    let account: uuid::Uuid = scan.account.as_uuid();
    let start: Timestamp = timestamp(scan.range.start().as_millis());
    let end: Timestamp = timestamp(scan.range.end().as_millis());
    segments::table
        .filter(segments::account_id.eq(account))
        .filter(segments::latest.ge(start))
        .filter(segments::earliest.lt(end))
}

/// What was read so far. Of several writes of one time all are in it at first.
struct Gathering<'a> {
    scan: &'a Scan<'a>,
    hidden: Hidden,
    series: BTreeMap<SeriesId, Columns>,
    count: usize,
    /// From which count on the writes that were written over are taken out.
    crowded: usize,
}

impl Gathering<'_> {
    /// Adds the segments behind `after`. Answers behind which one the next page begins, if there may be one.
    fn add_page(&mut self, connection: &mut PgConnection, after: i64) -> Result<Option<i64>, ReadError> {
        let page = overlapping(self.scan)
            .filter(segments::id.gt(after))
            .order(segments::id)
            .limit(PAGE)
            .select((segments::id, segments::format, segments::data));
        let (mut rows, mut last) = (0, None);
        for row in page.load_iter::<(i64, i16, Vec<u8>), PgRowByRowLoadingMode>(connection)? {
            let (id, format, data) = row?;
            self.add(id, format, &data).map_err(|error| ReadError::Damaged { id, error })?;
            self.bound()?;
            (rows, last) = (rows + 1, Some(id));
        }
        Ok(last.filter(|_| rows == PAGE))
    }

    fn add(&mut self, id: i64, format: i16, data: &[u8]) -> Result<(), DamagedSegment> {
        for (series, run) in Segment::parse(format, data)?.series() {
            if !self.scan.series.contains(&series) {
                continue;
            }
            let samples = self.series.entry(series).or_default();
            let before = samples.len();
            for (time, value) in self.hidden.visible(series, id, run.within(self.scan.range)) {
                samples.push(time, value);
            }
            self.count += samples.len() - before;
        }
        Ok(())
    }

    /// Refuses more samples than may be held. What was written over does not count: a device that sends its history
    /// again must not make it unreadable.
    fn bound(&mut self) -> Result<(), ReadError> {
        let most = self.scan.most_recent;
        if self.count <= most.max(self.crowded) {
            return Ok(());
        }
        self.series.values_mut().for_each(Columns::keep_last_writes);
        self.count = self.series.values().map(Columns::len).sum();
        // Only once as much again has come is it worth looking again.
        self.crowded = 2 * self.count;
        if self.count > most { Err(ReadError::TooMany(most)) } else { Ok(()) }
    }

    fn finish(self) -> BTreeMap<SeriesId, RecentSeries> {
        let Self { scan, hidden, mut series, .. } = self;
        let wanted = |series: &SeriesId| scan.series.contains(series);
        for series_id in hidden.series().filter(wanted) {
            series.entry(series_id).or_default();
        }
        let recent = |(id, mut samples): (SeriesId, Columns)| {
            samples.keep_last_writes();
            (id, RecentSeries { samples, hidden: hidden.in_chunks(id) })
        };
        series.into_iter().map(recent).collect()
    }
}
