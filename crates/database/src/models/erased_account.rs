//! Erasing the data of an account, but for its samples, which are the store's.

use diesel::{PgConnection, prelude::*, sql_query};
use tallykeep_domain::AccountId;

use crate::schema::metrics::{
    calendars, entries, erased_accounts, metrics, retentions, series, series_counts,
};

/// How many series go with a statement, so that none takes long.
const SERIES_AT_ONCE: i64 = 10_000;

/// What somebody may write at the moment when its account is erased.
const TABLES: [&str; 6] = [
    "metrics.metrics",
    "metrics.series",
    "metrics.series_counts",
    "metrics.entries",
    "metrics.calendars",
    "metrics.retentions",
];

/// An account for which nothing is written again.
#[derive(Debug, Clone, Copy)]
pub struct ErasedAccount;

impl ErasedAccount {
    /// Refuses, once the transaction has ended, what is written for `account`, which the transaction acts for.
    pub fn insert(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        diesel::insert_into(erased_accounts::table)
            .values(erased_accounts::account_id.eq(account.as_uuid()))
            .on_conflict_do_nothing()
            .execute(connection)
            .map(|_| ())
    }

    /// Returns when every transaction that writes now has ended: one of them may have begun before `account` was
    /// refused. Each table is waited for by itself, so that nobody waits in a circle.
    pub fn wait_for_writers(connection: &mut PgConnection) -> QueryResult<()> {
        for table in TABLES {
            connection.transaction(|connection| {
                sql_query(format!("lock table {table} in share mode")).execute(connection)
            })?;
        }
        Ok(())
    }

    /// Removes the calendar of `account`, which the transaction acts for. It waits for a compaction that is under way,
    /// and none begins without it.
    pub fn delete_calendar(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        diesel::delete(calendars::table.find(account.as_uuid())).execute(connection).map(|_| ())
    }

    /// Removes some of the series of `account`, which the transaction acts for. Answers how many.
    pub fn delete_series(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        let ids = series::table
            .filter(series::account_id.eq(account.as_uuid()))
            .order(series::id)
            .limit(SERIES_AT_ONCE)
            .select(series::id)
            .load::<i64>(connection)?;
        diesel::delete(series::table)
            .filter(series::account_id.eq(account.as_uuid()))
            .filter(series::id.eq_any(ids))
            .execute(connection)
    }

    /// Removes the entries, the metrics, the retention and the count of series of `account`, which the transaction acts for.
    pub fn delete_definitions(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        diesel::delete(entries::table)
            .filter(entries::account_id.eq(account.as_uuid()))
            .execute(connection)?;
        diesel::delete(retentions::table.find(account.as_uuid())).execute(connection)?;
        diesel::delete(series_counts::table.find(account.as_uuid())).execute(connection)?;
        diesel::delete(metrics::table)
            .filter(metrics::account_id.eq(account.as_uuid()))
            .execute(connection)
            .map(|_| ())
    }
}
