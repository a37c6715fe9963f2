//! Deleting samples: the segments that hold them are written anew without them.

use std::collections::BTreeSet;

use diesel::{PgConnection, QueryResult, prelude::*};
use tallykeep_database::schema::metrics::segments;
use tallykeep_domain::{AccountId, SeriesId, TimeRange};

use crate::{
    ReadError, Samples,
    commit::{count, timestamp},
    read::{Row, overlapping},
    segment::{DamagedSegment, Segment},
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
    while let Some((id, format, data)) = next_locked(connection, account, range, after)? {
        after = id;
        let (kept, removed) =
            split(format, &data, series, range).map_err(|error| ReadError::Damaged { id, error })?;
        if removed > 0 {
            replace(connection, account, id, &kept)?;
        }
        deleted += removed;
    }
    Ok(deleted)
}

/// One at a time, for memory's sake; locked, so that two deletes do not bring back what the other removed.
fn next_locked(
    connection: &mut PgConnection,
    account: AccountId,
    range: TimeRange,
    after: i64,
) -> QueryResult<Option<Row>> {
    overlapping(account, range, after).for_update().first(connection).optional()
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
fn replace(connection: &mut PgConnection, account: AccountId, id: i64, kept: &Samples) -> QueryResult<()> {
    let row = segments::table.find((account.as_uuid(), id));
    let packed = kept.pack();
    let Some(packed) = packed.first() else {
        return diesel::delete(row).execute(connection).map(|_| ());
    };
    diesel::update(row)
        .set((
            segments::earliest.eq(timestamp(packed.earliest)),
            segments::latest.eq(timestamp(packed.latest)),
            segments::samples.eq(count(packed)),
            segments::data.eq(&packed.data),
        ))
        .execute(connection)
        .map(|_| ())
}
