//! Deletions: what readers leave out from now on, and compaction removes from the disk.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use diesel::{PgConnection, QueryResult, prelude::*};
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::deletions;
use tallykeep_domain::{AccountId, SeriesId, TimeRange};

use crate::commit::timestamp;

/// Leaves out the samples of `series` in `range`, of all that is written when the transaction, which acts for `account`,
/// is committed. They are gone from the disk after the next compaction.
///
/// # Errors
/// When the database fails.
pub fn delete(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> QueryResult<()> {
    if series.is_empty() {
        return Ok(());
    }
    let series: Vec<i64> = series.iter().map(|series| series.0).collect();
    diesel::insert_into(deletions::table)
        .values((
            deletions::account_id.eq(account.as_uuid()),
            deletions::series.eq(series),
            deletions::starts_at.eq(timestamp(range.start().as_millis())),
            deletions::ends_at.eq(timestamp(range.end().as_millis())),
        ))
        .execute(connection)
        .map(|_| ())
}

/// Samples of some series in a range that are deleted.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Deletion {
    /// From the sequence of segments: those with a smaller number were there before it.
    pub(crate) id: i64,
    pub(crate) series: Vec<i64>,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl Deletion {
    /// All of `account`, in their order.
    pub(crate) fn all(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        deletions::table
            .filter(deletions::account_id.eq(account.as_uuid()))
            .order(deletions::id)
            .select((deletions::id, deletions::series, deletions::starts_at, deletions::ends_at))
            .load(connection)
    }

    /// Unix milliseconds.
    pub(crate) fn range(&self) -> Range<i64> {
        self.starts_at.to_jiff().as_millisecond()..self.ends_at.to_jiff().as_millisecond()
    }
}

/// Which samples of which series are deleted.
#[derive(Debug, Default)]
pub(crate) struct Hidden(HashMap<SeriesId, Vec<(i64, Range<i64>)>>);

impl Hidden {
    pub(crate) fn by(deletions: &[Deletion]) -> Self {
        let mut hidden = Self::default();
        for deletion in deletions {
            for &series in &deletion.series {
                hidden.0.entry(SeriesId(series)).or_default().push((deletion.id, deletion.range()));
            }
        }
        hidden
    }

    /// The series that have any.
    pub(crate) fn series(&self) -> impl Iterator<Item = SeriesId> {
        self.0.keys().copied()
    }

    /// The ranges of `series` that are hidden in its chunks.
    pub(crate) fn in_chunks(&self, series: SeriesId) -> Vec<Range<i64>> {
        self.after(series, i64::MIN)
    }

    /// The ranges of `series` that were deleted after what has the number `id`.
    fn after(&self, series: SeriesId, id: i64) -> Vec<Range<i64>> {
        let Some(deletions) = self.0.get(&series) else { return Vec::new() };
        deletions.iter().filter(|(deletion, _)| *deletion > id).map(|(_, range)| range.clone()).collect()
    }

    /// Those of the `samples` that `series` has in the segment with the number `id` that are not hidden.
    pub(crate) fn visible(
        &self,
        series: SeriesId,
        id: i64,
        samples: impl Iterator<Item = (i64, f64)>,
    ) -> impl Iterator<Item = (i64, f64)> {
        let hidden = self.after(series, id);
        samples.filter(move |(time, _)| !hidden.iter().any(|range| range.contains(time)))
    }
}
