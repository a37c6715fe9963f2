//! Deleting samples: the segments that hold them are written anew without them.

use std::collections::BTreeSet;

use diesel::{PgConnection, QueryResult, prelude::*};
use tallykeep_database::schema::metrics::segments;
use tallykeep_domain::{AccountId, SeriesId, TimeRange};

use crate::{
    ReadError, Samples,
    commit::{count, timestamp},
    read::{Row, overlapping},
    segment::{DamagedSegment, FORMAT, Segment},
};

/// Deletes the samples of `series` in `range` from disk and answers how many there were. The transaction acts for
/// `account`.
///
/// What is being appended at the same moment counts as appended afterwards.
///
/// # Errors
/// When a segment is damaged, or the database fails.
pub fn delete(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<usize, ReadError> {
    let (mut after, mut deleted) = (i64::MIN, 0);
    let end = last_segment(connection, account)?;
    while let Some((id, format, data)) =
        next(connection, account, range, after)?.filter(|(id, ..)| *id <= end)
    {
        after = id;
        let damaged = |error| ReadError::Damaged { id, error };
        if holds(format, &data, series, range).map_err(damaged)? {
            deleted += rewrite(connection, account, id, series, range)?;
        }
    }
    Ok(deleted)
}

/// The segment that was written last when the deletion began. What comes behind it was appended afterwards, and under a
/// steady load there would be no end to it.
fn last_segment(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
    let last = segments::table
        .filter(segments::account_id.eq(account.as_uuid()))
        .select(diesel::dsl::max(segments::id))
        .first::<Option<i64>>(connection)?;
    Ok(last.unwrap_or(i64::MIN))
}

/// One at a time, for memory's sake.
fn next(
    connection: &mut PgConnection,
    account: AccountId,
    range: TimeRange,
    after: i64,
) -> QueryResult<Option<Row>> {
    overlapping(account, range, after).first(connection).optional()
}

fn holds(
    format: i16,
    data: &[u8],
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<bool, DamagedSegment> {
    let segment = Segment::parse(format, data)?;
    let mut wanted = segment.series().filter(|(id, _)| series.contains(id));
    Ok(wanted.any(|(_, run)| run.within(range).next().is_some()))
}

/// Reads the segment again under a lock, so that two deletions do not bring back what the other removed, and writes what
/// is to stay.
fn rewrite(
    connection: &mut PgConnection,
    account: AccountId,
    id: i64,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<usize, ReadError> {
    let locked: Option<(i16, Vec<u8>)> = segments::table
        .find((account.as_uuid(), id))
        .select((segments::format, segments::data))
        .for_update()
        .first(connection)
        .optional()?;
    let Some((format, data)) = locked else { return Ok(0) };
    let (mut kept, removed) =
        split(format, &data, series, range).map_err(|error| ReadError::Damaged { id, error })?;
    replace(connection, account, id, &mut kept)?;
    Ok(removed)
}

fn split(
    format: i16,
    data: &[u8],
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<(Samples, usize), DamagedSegment> {
    let (mut kept, mut removed) = (Samples::default(), 0);
    for (id, run) in Segment::parse(format, data)?.series() {
        if series.contains(&id) {
            removed += run.keep_outside(id, range, &mut kept);
        } else {
            run.keep(id, &mut kept);
        }
    }
    Ok((kept, removed))
}

/// The segment keeps its number, which says what was written after what.
fn replace(
    connection: &mut PgConnection,
    account: AccountId,
    id: i64,
    kept: &mut Samples,
) -> QueryResult<()> {
    let row = segments::table.find((account.as_uuid(), id));
    let Some(packed) = kept.pack().next() else {
        return diesel::delete(row).execute(connection).map(|_| ());
    };
    diesel::update(row)
        .set((
            segments::earliest.eq(timestamp(packed.earliest)),
            segments::latest.eq(timestamp(packed.latest)),
            segments::samples.eq(count(&packed)),
            segments::format.eq(FORMAT),
            segments::data.eq(&packed.data),
        ))
        .execute(connection)
        .map(|_| ())
}
