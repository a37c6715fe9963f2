//! Whether anybody has registered yet.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::AccountId;

use crate::schema::auth::installation;

/// The one row that the first registration leaves.
#[derive(Debug, Clone, Copy)]
pub struct Installation;

impl Installation {
    /// Whether there is an account.
    pub fn exists(connection: &mut PgConnection) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(installation::table.select(installation::only_row)))
            .get_result(connection)
    }

    /// Takes the administrator's place for `administrator`. Fails on
    /// [`INSTALLATION`](crate::constraint::INSTALLATION) for all but the first.
    pub fn claim(connection: &mut PgConnection, administrator: AccountId) -> QueryResult<()> {
        diesel::insert_into(installation::table)
            .values(installation::administrator_id.eq(administrator.as_uuid()))
            .execute(connection)
            .map(|_| ())
    }

    /// Gives the administrator's place of `from`, should it be theirs, to `to`: the row names somebody who is there.
    pub fn hand_over(connection: &mut PgConnection, from: AccountId, to: AccountId) -> QueryResult<()> {
        diesel::update(installation::table)
            .filter(installation::administrator_id.eq(from.as_uuid()))
            .set(installation::administrator_id.eq(to.as_uuid()))
            .execute(connection)
            .map(|_| ())
    }
}
