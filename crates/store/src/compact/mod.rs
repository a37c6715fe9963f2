//! Compaction: merging what was written last, the segments, into chunks.

mod backlog;
mod change;
mod expire;
mod merge;
mod plan;
mod recut;
mod rows;
mod worn;

use std::{collections::HashMap, slice};

use diesel::{PgConnection, prelude::*};
use jiff::tz::TimeZone;
use tallykeep_database::{as_account, schema::metrics::calendars};
use tallykeep_domain::{AccountId, parse_time_zone};
use uuid::Uuid;

use crate::{
    DamagedChunk, DamagedSegment, EncodeError,
    chunk::Key,
    retention::{self, Kept},
};
use backlog::Backlog;
use change::{Change, Changes};
pub use expire::expire;
use merge::merge;

/// Why an account was not compacted. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// A segment cannot be read.
    #[error("segment {id}: {error}")]
    Segment {
        /// Its number.
        id: i64,
        /// What is wrong.
        error: DamagedSegment,
    },
    /// A chunk cannot be read.
    #[error("the chunk of series {series} that begins at {earliest}: {error}")]
    Chunk {
        /// The number of its series.
        series: i64,
        /// Its first time, Unix milliseconds.
        earliest: i64,
        /// What is wrong.
        error: DamagedChunk,
    },
    /// Samples cannot be compressed.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The database.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

impl CompactError {
    fn chunk((series, earliest): Key, error: DamagedChunk) -> Self {
        Self::Chunk { series: series.0, earliest, error }
    }
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// How many segments it merged.
    pub segments: usize,
    /// How many deletions it carried out.
    pub deletions: usize,
    /// How many samples the segments had, what was written over or deleted since left out.
    pub samples: usize,
    /// Bytes of these segments.
    pub bytes_in: usize,
    /// How many samples were written into chunks, those among them that were in chunks before.
    pub samples_written: usize,
    /// Bytes of these chunks' columns.
    pub bytes_out: usize,
    /// Whether segments were left for another round.
    pub more: bool,
}

/// Merges the oldest segments of `account`, as many as memory is set aside for, and what was deleted up to then, into its
/// chunks, in one transaction. `None` when another one is at it.
///
/// The order of writing stays what it is for a reader. What is still in segments was written after everything in chunks;
/// so it is always the first of the visible segments that are taken. One that becomes visible later, though its number is
/// smaller, was committed later, and counts as later.
///
/// # Errors
/// See [`CompactError`].
pub fn compact(connection: &mut PgConnection, account: AccountId) -> Result<Option<Round>, CompactError> {
    // By itself, or another one that makes the row, too, would wait for all of this round.
    as_account(connection, account, |connection| make_calendar(connection, account))?;
    as_account(connection, account, |connection| {
        let Some(calendar) = lock(connection, account)? else { return Ok(None) };
        if calendar.cut_in != calendar.time_zone {
            recut::recut(connection, account, &calendar)?;
        }
        let zone = zone(&calendar.time_zone);
        let backlog = Backlog::oldest(connection, account)?;
        let mut round = backlog.round();
        for deletion in &backlog.deletions {
            rows::delete_within(connection, account, deletion)?;
            worn::remove(connection, account, &deletion.series, &deletion.range())?;
        }
        let limited = retention::limited(connection, account)?;
        for mut changes in Changes::of(&backlog)? {
            leave_out_old(connection, account, &limited, &mut changes)?;
            round.samples += changes.iter().map(|change| change.written.len()).sum::<usize>();
            merge(connection, account, &changes, &zone, &mut round)?;
        }
        backlog.remove(connection, account)?;
        Ok(Some(round))
    })
}

/// Leaves out what was written so late that it would not be kept. Its pieces may stand there already, and nobody could tell
/// whether it is among them.
fn leave_out_old(
    connection: &mut PgConnection,
    account: AccountId,
    limited: &HashMap<Uuid, Kept>,
    changes: &mut [Change],
) -> QueryResult<()> {
    let series: Vec<_> = changes.iter().map(|change| change.series).collect();
    let from = retention::samples_from(connection, account, limited, &series)?;
    for change in changes {
        if let Some(&from) = from.get(&change.series) {
            change.written.remove(slice::from_ref(&(i64::MIN..from)));
        }
    }
    Ok(())
}

/// What a compaction locks.
fn make_calendar(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    diesel::insert_into(calendars::table)
        .values(calendars::account_id.eq(account.as_uuid()))
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|_| ())
}

/// Where an account's days begin, by the names of zones.
#[derive(Queryable)]
struct Calendar {
    /// Now.
    time_zone: String,
    /// When its chunks were written.
    cut_in: String,
}

/// Locks the account for the length of the transaction; `None` when it is locked.
fn lock(connection: &mut PgConnection, account: AccountId) -> QueryResult<Option<Calendar>> {
    calendars::table
        .find(account.as_uuid())
        .select((calendars::time_zone, calendars::cut_in))
        .for_update()
        .skip_locked()
        .first(connection)
        .optional()
}

/// It was checked before it was written. Should a later release know fewer zones, days are UTC's.
fn zone(name: &str) -> TimeZone {
    parse_time_zone(name).unwrap_or(TimeZone::UTC)
}
