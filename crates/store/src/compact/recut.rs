//! Cutting pieces anew, after an account came to another time zone.

use diesel::{PgConnection, prelude::*};
use tallykeep_database::schema::metrics::calendars;
use tallykeep_domain::{AccountId, SeriesId};

use super::{
    Calendar, CompactError,
    rows::{self, NewChunk},
    zone,
};
use crate::{chunk::Key, piece};

/// Cuts the pieces of all chunks of `account` at the midnights of its zone. Between most zones there is nothing to do: it
/// is only where midnight is not on the hour that a piece ends there.
///
/// Chunks that have outlived their samples stay as they were cut.
pub(super) fn recut(
    connection: &mut PgConnection,
    account: AccountId,
    calendar: &Calendar,
) -> Result<(), CompactError> {
    let (before, now) = (zone(&calendar.cut_in), zone(&calendar.time_zone));
    let mut after = (SeriesId(i64::MIN), 0);
    loop {
        let listed = rows::piece_starts(connection, account, after)?;
        let Some(&(last, _)) = listed.last() else { break };
        after = last;
        let differs =
            |starts: &[i64]| starts.iter().any(|&start| piece::is_cut_otherwise(start, &before, &now));
        let keys: Vec<Key> =
            listed.into_iter().filter(|(_, starts)| differs(starts)).map(|(key, _)| key).collect();
        let mut chunks = Vec::new();
        for ((series, _), samples) in rows::take(connection, account, &keys)? {
            chunks.push(NewChunk::new(account, series, &samples, &now)?);
        }
        rows::insert(connection, &chunks)?;
    }
    diesel::update(calendars::table.find(account.as_uuid()))
        .set(calendars::cut_in.eq(&calendar.time_zone))
        .execute(connection)?;
    Ok(())
}
