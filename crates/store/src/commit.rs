//! Writing segments.

use std::collections::BTreeMap;

use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, prelude::*};
use jiff::Timestamp;
use tallykeep_database::{as_account, schema::metrics::segments};
use tallykeep_domain::AccountId;

use crate::{
    Samples,
    segment::{FORMAT, Packed},
};

/// Commits the samples of all `accounts` in one transaction. Within it each statement acts for one account only.
pub(crate) fn commit(
    connection: &mut PgConnection,
    accounts: &mut BTreeMap<AccountId, Samples>,
) -> QueryResult<()> {
    connection.transaction(|connection| {
        for (account, samples) in accounts {
            as_account(connection, *account, |connection| {
                samples.pack().try_for_each(|packed| insert(connection, *account, &packed))
            })?;
        }
        Ok(())
    })
}

fn insert(connection: &mut PgConnection, account: AccountId, packed: &Packed) -> QueryResult<()> {
    diesel::insert_into(segments::table)
        .values((
            segments::account_id.eq(account.as_uuid()),
            segments::earliest.eq(timestamp(packed.earliest)),
            segments::latest.eq(timestamp(packed.latest)),
            segments::samples.eq(count(packed)),
            segments::format.eq(FORMAT),
            segments::data.eq(&packed.data),
        ))
        .execute(connection)
        .map(|_| ())
}

/// The columns that tell where a segment lies in time.
pub(crate) fn timestamp(milliseconds: i64) -> jiff_diesel::Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().into()
}

/// Bounded by the size of a segment.
pub(crate) fn count(packed: &Packed) -> i32 {
    i32::try_from(packed.samples).unwrap_or(i32::MAX)
}
