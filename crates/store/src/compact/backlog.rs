//! What waits to be merged.

use diesel::{PgConnection, prelude::*};
use tallykeep_database::schema::metrics::{deletions, segments};
use tallykeep_domain::AccountId;

use super::{CompactError, Round};
use crate::{deletion::Deletion, segment::Segment};

/// How many samples a round takes from segments, so that its memory is bounded. One segment more may be taken.
const MOST_SAMPLES: i64 = 1_000_000;

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

impl Backlog {
    pub(super) fn oldest(connection: &mut PgConnection, account: AccountId) -> QueryResult<Self> {
        // Before the segments: one that is not visible then, though its number is smaller than a deletion's, was committed
        // after it, and is not what was meant.
        let mut deletions = Deletion::all(connection, account)?;
        let waiting: Vec<(i64, i32)> = segments::table
            .filter(segments::account_id.eq(account.as_uuid()))
            .order(segments::id)
            .limit(MOST_SAMPLES)
            .select((segments::id, segments::samples))
            .load(connection)?;
        let (mut samples, mut taken) = (0, Vec::new());
        for &(id, count) in &waiting {
            if samples >= MOST_SAMPLES {
                break;
            }
            samples += i64::from(count);
            taken.push(id);
        }
        let more = taken.len() < waiting.len();
        // With the last segments go all deletions, also those that came after them.
        let last = taken.last().copied().filter(|_| more).unwrap_or(i64::MAX);
        deletions.retain(|deletion| deletion.id < last);
        let segments = segments::table
            .filter(segments::account_id.eq(account.as_uuid()))
            .filter(segments::id.eq_any(taken))
            .order(segments::id)
            .select((segments::id, segments::format, segments::data))
            .load(connection)?;
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
