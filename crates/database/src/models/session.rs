//! Sessions.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, SessionId};
use uuid::Uuid;

use crate::schema::auth::sessions;

/// A signed-in browser.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct Session {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: SessionId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// When it was opened.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

/// A session to open.
#[derive(Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// SHA-256 of the token in the cookie.
    pub token_hash: &'a [u8],
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// When it ends by itself.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewSession<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(sessions::table).execute(connection).map(|_| ())
    }
}

impl Session {
    /// The live session with that token, which the transaction presents as its credential.
    pub fn find_by_token(connection: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Self>> {
        sessions::table
            .filter(sessions::token_hash.eq(token_hash))
            .filter(sessions::expires_at.gt(diesel::dsl::now))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// An account's live sessions, oldest first.
    pub fn list(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        sessions::table
            .filter(sessions::account_id.eq(account.as_uuid()))
            .filter(sessions::expires_at.gt(diesel::dsl::now))
            .order(sessions::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Ends all of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(sessions::table).filter(sessions::account_id.eq(account.as_uuid())).execute(connection)
    }

    /// Removes an account's sessions that have ended by themselves.
    pub fn delete_expired(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(sessions::table)
            .filter(sessions::account_id.eq(account.as_uuid()))
            .filter(sessions::expires_at.le(diesel::dsl::now))
            .execute(connection)
    }

    /// Ends it.
    pub fn delete(connection: &mut PgConnection, account: AccountId, id: SessionId) -> QueryResult<usize> {
        diesel::delete(sessions::table.find((account.as_uuid(), id.as_uuid()))).execute(connection)
    }
}
