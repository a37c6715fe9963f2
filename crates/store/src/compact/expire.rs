//! Giving up samples, and then their pieces, that are older than they are to be kept.

use diesel::{PgConnection, QueryResult, prelude::*};
use jiff::tz::TimeZone;
use jiff_diesel::Timestamp;
use tallykeep_database::{as_account, schema::metrics::chunks};
use tallykeep_domain::AccountId;
use uuid::Uuid;

use super::{
    CompactError, lock, make_calendar,
    rows::{self, NewChunk},
    worn, zone,
};
use crate::{
    chunk::{Key, key},
    retention,
};

/// How many chunks are gone through at once.
const AT_ONCE: i64 = 500;

/// Removes the samples of `account` that are older than their metric or the account has them kept, and the pieces that
/// are, in one transaction. Answers how many chunks it changed; `None` when a compaction is at it.
///
/// What waits in segments is not looked at: compaction leaves out what is too old.
///
/// # Errors
/// See [`CompactError`].
pub fn expire(connection: &mut PgConnection, account: AccountId) -> Result<Option<usize>, CompactError> {
    as_account(connection, account, |connection| make_calendar(connection, account))?;
    as_account(connection, account, |connection| {
        let Some(calendar) = lock(connection, account)? else { return Ok(None) };
        // Cut as they are now: a change of zone is for compaction to follow.
        let zone = zone(&calendar.cut_in);
        let mut changed = 0;
        for (metric, kept) in retention::limited(connection, account)? {
            changed += wear(connection, account, metric, kept.samples_from, &zone)?;
            if let Some(from) = kept.pieces_from {
                worn::remove_before(connection, account, metric, from)?;
            }
        }
        Ok(Some(changed))
    })
}

/// Removes the samples of `metric` before `from`, and leaves their pieces.
fn wear(
    connection: &mut PgConnection,
    account: AccountId,
    metric: Uuid,
    from: i64,
    zone: &TimeZone,
) -> Result<usize, CompactError> {
    let mut changed = 0;
    loop {
        // What was worn, or begins at `from` now, is not found again.
        let keys = old(connection, account, metric, from)?;
        if keys.is_empty() {
            return Ok(changed);
        }
        changed += keys.len();
        let mut chunks = Vec::new();
        for ((series, _), samples) in rows::take(connection, account, &keys)? {
            let before = samples.times.partition_point(|&time| time < from);
            chunks.push(NewChunk::worn(account, series, &samples.part(0..before), zone));
            let rest = samples.part(before..samples.len());
            if rest.len() > 0 {
                chunks.push(NewChunk::new(account, series, &rest, zone)?);
            }
        }
        rows::insert(connection, &chunks)?;
    }
}

/// Some chunks of `metric` that have samples before `from`.
fn old(connection: &mut PgConnection, account: AccountId, metric: Uuid, from: i64) -> QueryResult<Vec<Key>> {
    let rows: Vec<(i64, Timestamp)> = rows::before(account, metric, from)
        .filter(chunks::times.is_not_null())
        .limit(AT_ONCE)
        .select((chunks::series_id, chunks::earliest))
        .load(connection)?;
    Ok(rows.into_iter().map(|(series, earliest)| key(series, earliest)).collect())
}
