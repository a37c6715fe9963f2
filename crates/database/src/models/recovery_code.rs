//! Codes that were written down, for when another factor is lost.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::AccountId;

use crate::schema::auth::recovery_codes;

/// A code that was written down. What is kept is its SHA-256.
#[derive(Debug, Clone, Copy)]
pub struct RecoveryCode;

impl RecoveryCode {
    /// Puts those with `hashes` in the place of all that an account has. Whoever does so has locked the account.
    pub fn replace_all(
        connection: &mut PgConnection,
        account: AccountId,
        hashes: &[[u8; 32]],
    ) -> QueryResult<()> {
        Self::delete_all(connection, account)?;
        let rows: Vec<_> = hashes
            .iter()
            .map(|hash| {
                (recovery_codes::account_id.eq(account.as_uuid()), recovery_codes::code_hash.eq(&hash[..]))
            })
            .collect();
        diesel::insert_into(recovery_codes::table).values(rows).execute(connection).map(|_| ())
    }

    /// How many an account has left.
    pub fn count(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
        recovery_codes::table
            .filter(recovery_codes::account_id.eq(account.as_uuid()))
            .count()
            .get_result(connection)
    }

    /// Whether the account has the one with that hash.
    pub fn exists(connection: &mut PgConnection, account: AccountId, hash: &[u8]) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(recovery_codes::table.find((account.as_uuid(), hash))))
            .get_result(connection)
    }

    /// Uses it up. Answers whether it was there: of two at once, one finds it.
    pub fn use_up(connection: &mut PgConnection, account: AccountId, hash: &[u8]) -> QueryResult<bool> {
        Ok(diesel::delete(recovery_codes::table.find((account.as_uuid(), hash))).execute(connection)? == 1)
    }

    /// Removes all of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account.as_uuid())))
            .execute(connection)
    }
}
