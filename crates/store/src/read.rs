//! Reading samples back.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{PgConnection, QueryResult, prelude::*};
use tallykeep_database::schema::metrics::segments;
use tallykeep_domain::{AccountId, Sample, SeriesId, TimeRange};
use uuid::Uuid;

use crate::{
    chunk,
    columns::Columns,
    commit::timestamp,
    deletion::{Deletion, Hidden},
    segment::{DamagedSegment, Segment, sample},
};

/// How many segments are in memory at once.
const PAGE: i64 = 8;

/// Why samples were not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More than the caller set memory aside for.
    #[error("the range holds more than {0} samples; choose a shorter one or fewer series")]
    TooMany(usize),
    /// What is on disk cannot be read.
    #[error("segment {id}: {error}")]
    Damaged {
        /// The segment's number.
        id: i64,
        /// What is wrong.
        error: DamagedSegment,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// The samples of each of `series` in `range`, in the order of time, each time once, at most `most` in all. The
/// transaction acts for `account`.
///
/// # Errors
/// See [`ReadError`].
pub fn read(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
    most: usize,
) -> Result<BTreeMap<SeriesId, Vec<Sample>>, ReadError> {
    let mut found = Found::default();
    let hidden = Hidden::by(&Deletion::all(connection, account)?);
    for (series, columns) in read_chunks(connection, account, series, range)? {
        found.add_chunk(series, columns, &hidden, range)?;
        found.bound(most)?;
    }
    let mut after = i64::MIN;
    loop {
        let page = page(connection, account, range, after)?;
        let Some(&(last, ..)) = page.last() else { break };
        after = last;
        for (id, format, data) in &page {
            found
                .add(*id, *format, data, series, range, &hidden)
                .map_err(|error| ReadError::Damaged { id: *id, error })?;
            found.bound(most)?;
        }
    }
    found.keep_last_writes();
    Ok(found.samples)
}

/// What was read so far. Of several writes of one time all are in it at first.
#[derive(Default)]
struct Found {
    samples: BTreeMap<SeriesId, Vec<Sample>>,
    count: usize,
    /// From which count on the writes that were written over are taken out.
    crowded: usize,
}

impl Found {
    fn add_chunk(
        &mut self,
        series: SeriesId,
        columns: Columns,
        hidden: &Hidden,
        range: TimeRange,
    ) -> Result<(), ReadError> {
        let hidden = hidden.in_chunks(series);
        let samples = self.samples.entry(series).or_default();
        for (time, value) in columns.times.into_iter().zip(columns.values) {
            if (range.start().as_millis()..range.end().as_millis()).contains(&time)
                && !hidden.iter().any(|range| range.contains(&time))
            {
                let damaged = |error| ReadError::Damaged { id: time, error };
                samples.push(sample(time, value).map_err(damaged)?);
                self.count += 1;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        id: i64,
        format: i16,
        data: &[u8],
        wanted: &BTreeSet<SeriesId>,
        range: TimeRange,
        hidden: &Hidden,
    ) -> Result<(), DamagedSegment> {
        let segment = Segment::parse(format, data)?;
        for (series, run) in segment.series().filter(|(series, _)| wanted.contains(series)) {
            let samples = self.samples.entry(series).or_default();
            let hidden = hidden.in_segment(series, id);
            for (time, value) in run.within(range) {
                if hidden.iter().any(|range| range.contains(&time)) {
                    continue;
                }
                samples.push(sample(time, value)?);
                self.count += 1;
            }
        }
        Ok(())
    }

    /// Refuses more than `most` samples. What was written over does not count: a device that sends its history again
    /// must not make it unreadable.
    fn bound(&mut self, most: usize) -> Result<(), ReadError> {
        if self.count <= most.max(self.crowded) {
            return Ok(());
        }
        self.keep_last_writes();
        // Only once as much again has come is it worth looking again.
        self.crowded = 2 * self.count;
        if self.count > most { Err(ReadError::TooMany(most)) } else { Ok(()) }
    }

    fn keep_last_writes(&mut self) {
        self.samples.values_mut().for_each(keep_last_writes);
        self.samples.retain(|_, samples| !samples.is_empty());
        self.count = self.samples.values().map(Vec::len).sum();
    }
}

fn read_chunks(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<Vec<(SeriesId, Columns)>, ReadError> {
    use tallykeep_database::schema::metrics::chunks;
    type ChunkRow = (i64, i32, i16, Option<Vec<u8>>, Option<Vec<u8>>);
    let rows: Vec<ChunkRow> = chunks::table
        .filter(chunks::account_id.eq(account.as_uuid()))
        .filter(chunks::series_id.eq_any(series.iter().map(|series| series.0).collect::<Vec<_>>()))
        .filter(chunks::latest.ge(timestamp(range.start().as_millis())))
        .filter(chunks::earliest.lt(timestamp(range.end().as_millis())))
        .select((chunks::series_id, chunks::samples, chunks::format, chunks::times, chunks::sample_values))
        .load(connection)?;
    let decode = |(series, samples, format, times, values): ChunkRow| {
        let series = SeriesId(series);
        let samples = usize::try_from(samples).unwrap_or_default();
        let damaged = |_| ReadError::Damaged { id: series.0, error: DamagedSegment };
        let times = chunk::decode_times(series, format, samples, &times.unwrap_or_default());
        let values = chunk::decode_values(series, format, samples, &values.unwrap_or_default());
        Ok((series, Columns { times: times.map_err(damaged)?, values: values.map_err(damaged)? }))
    };
    rows.into_iter().map(decode).collect()
}

fn page(
    connection: &mut PgConnection,
    account: AccountId,
    range: TimeRange,
    after: i64,
) -> QueryResult<Vec<Row>> {
    overlapping(account, range, after).limit(PAGE).load(connection)
}

/// A segment: its number, format and data.
pub(crate) type Row = (i64, i16, Vec<u8>);

/// The segments behind `after` that may hold samples of `range`, in the order in which they were written. Reading and
/// deleting must not differ in which they are.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn overlapping(account: AccountId, range: TimeRange, after: i64) -> _ {
    let account: Uuid = account.as_uuid();
    let start: jiff_diesel::Timestamp = timestamp(range.start().as_millis());
    let end: jiff_diesel::Timestamp = timestamp(range.end().as_millis());
    segments::table
        .filter(segments::account_id.eq(account))
        .filter(segments::latest.ge(start))
        .filter(segments::earliest.lt(end))
        .filter(segments::id.gt(after))
        .order(segments::id)
        .select((segments::id, segments::format, segments::data))
}

/// Sorts by time. Of several writes of one time the last stays.
fn keep_last_writes(samples: &mut Vec<Sample>) {
    // Stable: writes of the same time stay in the order of arrival, and reversed the last of them comes first.
    samples.sort_by_key(|sample| sample.at);
    samples.reverse();
    samples.dedup_by_key(|sample| sample.at);
    samples.reverse();
}
