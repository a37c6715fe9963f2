//! How many series an account has.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::AccountId;

use crate::schema::metrics::series_counts;

/// The count of an account's series. It is exact among those who lock it before they add any.
#[derive(Debug, Clone, Copy)]
pub struct SeriesCount;

impl SeriesCount {
    /// How many there are. Who else asks for `account`, which the transaction acts for, waits until it has ended.
    pub fn lock(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
        diesel::insert_into(series_counts::table)
            .values((series_counts::account_id.eq(account.as_uuid()), series_counts::series.eq(0)))
            .on_conflict(series_counts::account_id)
            .do_update()
            .set(series_counts::series.eq(series_counts::series))
            .returning(series_counts::series)
            .get_result(connection)
    }

    /// Counts `added` series more. It was locked before.
    pub fn add(connection: &mut PgConnection, account: AccountId, added: i64) -> QueryResult<()> {
        diesel::update(series_counts::table.find(account.as_uuid()))
            .set(series_counts::series.eq(series_counts::series + added))
            .execute(connection)
            .map(|_| ())
    }
}
