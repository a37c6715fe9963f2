//! For how long the samples of an account are kept where a metric says nothing.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::AccountId;

use crate::schema::metrics::retentions;

/// Days of retention; `None` is for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = retentions, treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct AccountRetention {
    /// For how many days samples are kept.
    pub raw_days: Option<i32>,
    /// For how many days what they amount to is.
    pub rollup_days: Option<i32>,
}

impl AccountRetention {
    /// That of `account`, which the transaction acts for.
    pub fn find(connection: &mut PgConnection, account: AccountId) -> QueryResult<Self> {
        let row = retentions::table.find(account.as_uuid()).select(Self::as_select());
        Ok(row.first(connection).optional()?.unwrap_or_default())
    }

    /// Puts it in the place of what `account`, which the transaction acts for, had before.
    pub fn replace(self, connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        diesel::insert_into(retentions::table)
            .values((
                retentions::account_id.eq(account.as_uuid()),
                retentions::raw_days.eq(self.raw_days),
                retentions::rollup_days.eq(self.rollup_days),
            ))
            .on_conflict(retentions::account_id)
            .do_update()
            .set((self, retentions::updated_at.eq(diesel::dsl::now)))
            .execute(connection)
            .map(|_| ())
    }
}
