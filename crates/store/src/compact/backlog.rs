//! What waits to be merged.

use diesel::{PgConnection, prelude::*, sql_types::Bytea};
use tallykeep_database::schema::metrics::{deletions, segments};
use tallykeep_domain::AccountId;

use super::{CompactError, Round};
use crate::{deletion::Deletion, segment::Segment};

/// How much a round takes, so that its memory is bounded: bytes of segments, or what as many samples weigh. One segment
/// more may be taken.
///
/// That is some five million samples of devices, and so many that of a thousand busy series each gets a full chunk at once.
/// So the further behind compaction is, the less each sample costs it.
const MOST_BYTES: i64 = 16 << 20;
/// How many bytes are loaded at once: what the database answers is in memory twice for a moment.
const PAGE_BYTES: i64 = 1 << 20;
/// What a segment takes besides its bytes.
const SEGMENT_BYTES: i64 = 256;
/// What a sample weighs at the least. Equal ones take next to nothing in a segment, but as much as others once they are
/// unpacked.
const SAMPLE_BYTES: i64 = 3;

diesel::define_sql_function! {
    /// How many bytes there are, without reading them: PostgreSQL's function of that name.
    fn octet_length(bytes: Bytea) -> Integer;
}

/// The oldest segments of an account and the deletions among them.
pub(super) struct Backlog {
    pub(super) segments: Vec<Stored>,
    pub(super) deletions: Vec<Deletion>,
    more: bool,
}

/// A segment as it lies in the database.
#[derive(Queryable)]
pub(super) struct Stored {
    pub(super) id: i64,
    format: i16,
    data: Vec<u8>,
}

impl Stored {
    pub(super) fn parse(&self) -> Result<Segment<'_>, CompactError> {
        Segment::parse(self.format, &self.data).map_err(|error| CompactError::Segment { id: self.id, error })
    }
}

/// A segment that waits.
#[derive(Queryable)]
struct Waiting {
    id: i64,
    samples: i32,
    bytes: i32,
}

impl Waiting {
    /// As many as a round may take, and more than that where there are more: no segment weighs less than [`SEGMENT_BYTES`].
    fn oldest(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        segments::table
            .filter(segments::account_id.eq(account.as_uuid()))
            .order(segments::id)
            .limit(MOST_BYTES / SEGMENT_BYTES)
            .select((segments::id, segments::samples, octet_length(segments::data)))
            .load(connection)
    }

    fn weight(&self) -> i64 {
        i64::from(self.bytes).max(SAMPLE_BYTES * i64::from(self.samples)) + SEGMENT_BYTES
    }
}

/// The first of `waiting`: so many that they weigh no more than `most` and one segment.
fn first(waiting: &[Waiting], most: i64) -> &[Waiting] {
    let mut weight = 0;
    let taken = waiting.iter().take_while(|segment| {
        let is_room = weight < most;
        weight += segment.weight();
        is_room
    });
    &waiting[..taken.count()]
}

fn load(connection: &mut PgConnection, account: AccountId, taken: &[Waiting]) -> QueryResult<Vec<Stored>> {
    segments::table
        .filter(segments::account_id.eq(account.as_uuid()))
        .filter(segments::id.eq_any(taken.iter().map(|segment| segment.id)))
        .order(segments::id)
        .select((segments::id, segments::format, segments::data))
        .load(connection)
}

/// The deletions and the oldest segments as of one moment. Of a deletion and a segment that was written after it, a
/// segment alone would go into a chunk, and there the deletion would hide it.
fn at_one_moment(
    connection: &mut PgConnection,
    account: AccountId,
) -> QueryResult<(Vec<Deletion>, Vec<Waiting>)> {
    let mut deletions = Deletion::all(connection, account)?;
    loop {
        let waiting = Waiting::oldest(connection, account)?;
        let since = Deletion::all(connection, account)?;
        // Nobody else takes any away: as many are the same.
        if since.len() == deletions.len() {
            return Ok((deletions, waiting));
        }
        deletions = since;
    }
}

impl Backlog {
    pub(super) fn oldest(connection: &mut PgConnection, account: AccountId) -> QueryResult<Self> {
        let (mut deletions, waiting) = at_one_moment(connection, account)?;
        let mut taken = first(&waiting, MOST_BYTES);
        let more = taken.len() < waiting.len();
        // With the last segments go all deletions, also those that came after them.
        let last = taken.last().map(|segment| segment.id).filter(|_| more).unwrap_or(i64::MAX);
        deletions.retain(|deletion| deletion.id < last);
        let mut segments = Vec::with_capacity(taken.len());
        while !taken.is_empty() {
            let page = first(taken, PAGE_BYTES);
            segments.extend(load(connection, account, page)?);
            taken = &taken[page.len()..];
        }
        Ok(Self { segments, deletions, more })
    }

    /// What the round has before it.
    pub(super) fn round(&self) -> Round {
        Round {
            segments: self.segments.len(),
            deletions: self.deletions.len(),
            bytes_in: self.segments.iter().map(|segment| segment.data.len()).sum(),
            more: self.more,
            ..Round::default()
        }
    }

    /// Removes it from the database, now that it is merged.
    pub(super) fn remove(&self, connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        let merged: Vec<i64> = self.segments.iter().map(|segment| segment.id).collect();
        let done: Vec<i64> = self.deletions.iter().map(|deletion| deletion.id).collect();
        diesel::delete(segments::table)
            .filter(segments::account_id.eq(account.as_uuid()))
            .filter(segments::id.eq_any(merged))
            .execute(connection)?;
        diesel::delete(deletions::table)
            .filter(deletions::account_id.eq(account.as_uuid()))
            .filter(deletions::id.eq_any(done))
            .execute(connection)
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(sizes: &[(i32, i32)]) -> Vec<Waiting> {
        (0..).zip(sizes).map(|(id, &(samples, bytes))| Waiting { id, samples, bytes }).collect()
    }

    #[test]
    fn a_round_takes_as_much_as_it_may_and_one_segment() {
        let all = waiting(&[(1, 100), (1, 100), (1, 100)]);
        let taken = |most| first(&all, most).len();
        assert_eq!([taken(1), taken(356), taken(357), taken(712), taken(i64::MAX)], [1, 1, 2, 2, 3]);
        assert!(first(&[], 1).is_empty());
    }

    #[test]
    fn samples_that_take_no_bytes_weigh_all_the_same() {
        let all = waiting(&[(1 << 18, 95); 64]);
        assert_eq!(first(&all, MOST_BYTES).len(), 22);
    }
}
