//! In which time zone accounts count their days, as the auth service has told the worker.

use std::collections::BTreeMap;

use diesel::{PgConnection, dsl::exists, prelude::*, upsert::excluded};
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::metrics::{calendars, erased_accounts};

/// The calendar of an account.
#[derive(Debug, Clone, Copy)]
pub struct Calendar;

impl Calendar {
    /// The time zones that are noted of `accounts`, IANA names. For the operator.
    pub fn time_zones(
        connection: &mut PgConnection,
        accounts: &[AccountId],
    ) -> QueryResult<BTreeMap<AccountId, String>> {
        let ids = accounts.iter().map(|account| account.as_uuid());
        let rows = calendars::table
            .filter(calendars::account_id.eq_any(ids))
            .select((calendars::account_id, calendars::time_zone))
            .load::<(Uuid, String)>(connection)?;
        Ok(rows.into_iter().map(|(account, time_zone)| (account.into(), time_zone)).collect())
    }

    /// Notes that `account`, which the transaction acts for, counts its days in `time_zone`. Of one that is erased
    /// nothing is noted. Fails where the account is erased at the same moment.
    pub fn set(connection: &mut PgConnection, account: AccountId, time_zone: &str) -> QueryResult<()> {
        let erased = exists(erased_accounts::table.find(account.as_uuid()));
        if diesel::select(erased).get_result(connection)? {
            return Ok(());
        }
        // Of a new account nothing is cut yet, so that its first chunks are cut right.
        diesel::insert_into(calendars::table)
            .values((
                calendars::account_id.eq(account.as_uuid()),
                calendars::time_zone.eq(time_zone),
                calendars::cut_in.eq(time_zone),
            ))
            .on_conflict(calendars::account_id)
            .do_update()
            .set((
                calendars::time_zone.eq(excluded(calendars::time_zone)),
                calendars::updated_at.eq(diesel::dsl::now),
            ))
            .execute(connection)
            .map(|_| ())
    }
}
