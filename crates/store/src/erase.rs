//! Removing all samples of an account for good.

use diesel::{PgConnection, QueryResult, prelude::*, sql_query};
use tallykeep_domain::AccountId;

/// How many rows go with a statement, so that none takes long.
const ROWS_AT_ONCE: i64 = 1_000;

/// Where samples lie, and what was deleted of them.
const TABLES: [&str; 3] = ["metrics.segments", "metrics.deletions", "metrics.chunks"];

/// Returns when every transaction that writes samples now has ended: each that began before the account was refused.
///
/// # Errors
/// When the database fails, or one of them takes longer than a statement may.
pub fn wait_for_writers(connection: &mut PgConnection) -> QueryResult<()> {
    // Each table by itself, so that nobody waits in a circle.
    for table in TABLES {
        connection.transaction(|connection| {
            sql_query(format!("lock table {table} in share mode")).execute(connection)
        })?;
    }
    Ok(())
}

/// Removes some of the samples of `account`, which the transaction acts for, whatever their series. Answers whether
/// there were any: the next call goes on.
///
/// # Errors
/// When the database fails.
pub fn erase_some(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
    let mut erased = 0;
    for table in TABLES {
        // By the place of the row: the tables have different keys, and nobody else removes rows of this account.
        let sql = format!(
            "delete from {table} where account_id = $1 and ctid = any (array(
                select ctid from {table} where account_id = $1 limit {ROWS_AT_ONCE}))"
        );
        erased += sql_query(sql).bind::<diesel::sql_types::Uuid, _>(account.as_uuid()).execute(connection)?;
    }
    Ok(erased > 0)
}
