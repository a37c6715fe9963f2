//! Sign-ins that wait for a second factor.

use diesel::{PgConnection, dsl::now, pg::Pg, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::auth::pending_sign_ins;

/// Somebody who has given one factor.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pending_sign_ins, check_for_backend(Pg))]
pub struct PendingSignIn {
    /// Whose account it is.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// What was given, as in [`Session::methods`](super::Session::methods).
    pub methods: String,
    /// When it ends.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

/// A pending sign-in to begin.
#[derive(Debug, Insertable)]
#[diesel(table_name = pending_sign_ins)]
pub struct NewPendingSignIn<'a> {
    /// Whose account it is.
    pub account_id: Uuid,
    /// SHA-256 of the token in the cookie.
    pub token_hash: &'a [u8],
    /// What was given, as in [`Session::methods`](super::Session::methods).
    pub methods: &'a str,
    /// When it ends.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewPendingSignIn<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(pending_sign_ins::table).execute(connection).map(|_| ())
    }
}

impl PendingSignIn {
    /// The one with that token, which the transaction presents as its credential, unless it has ended.
    pub fn find_by_token(connection: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Self>> {
        pending_sign_ins::table
            .filter(pending_sign_ins::token_hash.eq(token_hash))
            .filter(pending_sign_ins::expires_at.gt(now))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Ends it, and answers whether it was still there to be ended.
    pub fn delete(connection: &mut PgConnection, account: AccountId, token_hash: &[u8]) -> QueryResult<bool> {
        let live = pending_sign_ins::table
            .find((account.as_uuid(), token_hash))
            .filter(pending_sign_ins::expires_at.gt(now));
        Ok(diesel::delete(live).execute(connection)? == 1)
    }

    /// Ends all of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        let own = pending_sign_ins::table.filter(pending_sign_ins::account_id.eq(account.as_uuid()));
        diesel::delete(own).execute(connection)
    }

    /// Removes those that have ended by themselves; the transaction acts for the installation.
    pub fn delete_ended_of_all(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::expires_at.le(now)))
            .execute(connection)
    }
}
