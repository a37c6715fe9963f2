//! Writing segments.

use diesel::{
    Connection, PgConnection, QueryResult,
    prelude::*,
    result::Error,
    sql_types::{Bytea, Integer, SmallInt, Timestamptz, Uuid},
};
use jiff::Timestamp;
use tallykeep_domain::AccountId;

use crate::{
    Samples,
    segment::{FORMAT, MOST_SAMPLES, Packed},
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
    if let [(account, samples)] = accounts
        && samples.len() <= MOST_SAMPLES
    {
        // One statement is a transaction by itself.
        return append(connection, *account, samples).map(|()| vec![Ok(())]);
    }
    connection.transaction(|connection| {
        let results = accounts.iter_mut().map(|(account, samples)| {
            // A savepoint.
            connection.transaction(|connection| append(connection, *account, samples))
        });
        results
            .map(|result| match result {
                Ok(()) | Err(Error::DatabaseError(..)) => Ok(result),
                Err(error) => Err(error),
            })
            .collect()
    })
}

fn append(connection: &mut PgConnection, account: AccountId, samples: &mut Samples) -> QueryResult<()> {
    samples.pack().try_for_each(|packed| insert(connection, account, &packed))
}

diesel::define_sql_function! {
    #[sql_name = "metrics.append_segment"]
    /// Inserts a row for `account`, and acts for it.
    fn append_segment(
        account: Uuid, earliest: Timestamptz, latest: Timestamptz, samples: Integer, format: SmallInt, data: Bytea
    ) -> BigInt;
}

fn insert(connection: &mut PgConnection, account: AccountId, packed: &Packed) -> QueryResult<()> {
    let (earliest, latest) = (timestamp(packed.earliest), timestamp(packed.latest));
    let row = append_segment(account.as_uuid(), earliest, latest, count(packed), FORMAT, &packed.data);
    diesel::select(row).execute(connection).map(|_| ())
}

/// The columns that tell where a segment lies in time.
pub(crate) fn timestamp(milliseconds: i64) -> jiff_diesel::Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().into()
}

/// Bounded by the size of a segment.
pub(crate) fn count(packed: &Packed) -> i32 {
    i32::try_from(packed.samples).unwrap_or(i32::MAX)
}
