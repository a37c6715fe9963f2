//! Writing segments.

use diesel::{Connection, PgConnection, QueryResult, prelude::*, result::Error};
use jiff::Timestamp;
use tallykeep_database::{as_account, schema::metrics::segments};
use tallykeep_domain::AccountId;

use crate::{
    Samples,
    segment::{FORMAT, Packed},
};

/// Commits the samples of all `accounts` in one transaction, within which each statement acts for one account only. An
/// account that is refused, because it is being erased, keeps no other one's samples out: answers for each whether it
/// was.
///
/// # Errors
/// When nothing was committed.
pub(crate) fn commit(
    connection: &mut PgConnection,
    accounts: &mut [(AccountId, Samples)],
) -> QueryResult<Vec<QueryResult<()>>> {
    if let [(account, samples)] = accounts {
        // Saves the savepoint, which takes two round trips.
        return write(connection, *account, samples).map(|()| vec![Ok(())]);
    }
    connection.transaction(|connection| {
        let results = accounts.iter_mut().map(|(account, samples)| write(connection, *account, samples));
        results
            .map(|result| match result {
                Ok(()) | Err(Error::DatabaseError(..)) => Ok(result),
                Err(error) => Err(error),
            })
            .collect()
    })
}

/// In a transaction of its own, or in a savepoint of the one under way.
fn write(connection: &mut PgConnection, account: AccountId, samples: &mut Samples) -> QueryResult<()> {
    as_account(connection, account, |connection| {
        samples.pack().try_for_each(|packed| insert(connection, account, &packed))
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
