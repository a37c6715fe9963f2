//! How many series an account has.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::AccountId;

use crate::schema::metrics::{series, series_counts};

/// The count of an account's series. It is exact among those who lock it before they add any.
#[derive(Debug, Clone, Copy)]
pub struct SeriesCount;

impl SeriesCount {
    /// How many there were a moment ago, if they have been counted.
    pub fn find(connection: &mut PgConnection, account: AccountId) -> QueryResult<Option<i64>> {
        let row = series_counts::table.find(account.as_uuid()).select(series_counts::series);
        row.first(connection).optional()
    }

    /// How many there are. Who else asks for `account`, which the transaction acts for, waits until it has ended.
    pub fn lock(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
        let row = series_counts::table.find(account.as_uuid()).select(series_counts::series);
        if let Some(count) = row.for_update().first(connection).optional()? {
            return Ok(count);
        }
        // A release that did not count may have made some.
        let made: i64 =
            series::table.filter(series::account_id.eq(account.as_uuid())).count().get_result(connection)?;
        diesel::insert_into(series_counts::table)
            .values((series_counts::account_id.eq(account.as_uuid()), series_counts::series.eq(made)))
            .on_conflict_do_nothing()
            .execute(connection)?;
        row.for_update().first(connection)
    }

    /// Counts `added` series more. It was locked before.
    pub fn add(connection: &mut PgConnection, account: AccountId, added: i64) -> QueryResult<()> {
        diesel::update(series_counts::table.find(account.as_uuid()))
            .set(series_counts::series.eq(series_counts::series + added))
            .execute(connection)
            .map(|_| ())
    }
}
