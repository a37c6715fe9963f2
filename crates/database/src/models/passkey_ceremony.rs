//! What was begun with a browser, and waits for its passkey.

use diesel::{PgConnection, dsl::now, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::auth::passkey_ceremonies;

/// A ceremony to begin, in a transaction that presents its token as the credential.
#[derive(Debug, Insertable)]
#[diesel(table_name = passkey_ceremonies)]
pub struct PasskeyCeremony<'a> {
    /// SHA-256 of its token.
    pub token_hash: &'a [u8],
    /// Whose passkey it has to be; none where the passkey tells.
    pub account_id: Option<Uuid>,
    /// What it is for.
    pub purpose: &'a str,
    /// What has to come back.
    pub state: &'a [u8],
    /// When it ends by itself.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl PasskeyCeremony<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(passkey_ceremonies::table).execute(connection).map(|_| ())
    }

    /// Ends the one with that token, which the transaction presents as its credential. Answers its state if it was for
    /// `purpose` and `account`, and had not ended by itself.
    pub fn take(
        connection: &mut PgConnection,
        token_hash: &[u8],
        purpose: &str,
        account: Option<AccountId>,
    ) -> QueryResult<Option<Vec<u8>>> {
        let account = account.map(AccountId::as_uuid);
        let live = passkey_ceremonies::table
            .find(token_hash)
            .filter(passkey_ceremonies::purpose.eq(purpose))
            .filter(passkey_ceremonies::account_id.is_not_distinct_from(account))
            .filter(passkey_ceremonies::expires_at.gt(now));
        diesel::delete(live).returning(passkey_ceremonies::state).get_result(connection).optional()
    }

    /// Removes those that have ended by themselves; the transaction acts for the installation.
    pub fn delete_ended_of_all(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(passkey_ceremonies::table.filter(passkey_ceremonies::expires_at.le(now)))
            .execute(connection)
    }
}
