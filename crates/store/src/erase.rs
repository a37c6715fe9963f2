//! Removing all samples of an account for good.

use diesel::{PgConnection, QueryResult, prelude::*, sql_query};
use tallykeep_database::schema::metrics::segments;
use tallykeep_domain::AccountId;

/// How many segments go with a statement, so that none takes long.
const SEGMENTS_AT_ONCE: i64 = 1_000;

/// Returns when every transaction that writes samples now has ended.
///
/// # Errors
/// When the database fails, or one of them takes longer than a statement may.
pub fn wait_for_writers(connection: &mut PgConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        sql_query("lock table metrics.segments in share mode").execute(connection).map(|_| ())
    })
}

/// Removes some of the samples of `account`, which the transaction acts for, whatever their series. Answers whether
/// there were any: the next call goes on. Chunks go with their series.
///
/// # Errors
/// When the database fails.
pub fn erase_some(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
    let ids = segments::table
        .filter(segments::account_id.eq(account.as_uuid()))
        .order(segments::id)
        .limit(SEGMENTS_AT_ONCE)
        .select(segments::id)
        .load::<i64>(connection)?;
    let erased = diesel::delete(segments::table)
        .filter(segments::account_id.eq(account.as_uuid()))
        .filter(segments::id.eq_any(ids))
        .execute(connection)?;
    Ok(erased > 0)
}
