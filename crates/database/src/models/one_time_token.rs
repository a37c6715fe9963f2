//! What links in mails are good for, once.

use diesel::{PgConnection, prelude::*, upsert::excluded};
use jiff::Timestamp;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::auth::one_time_tokens;

/// What a link was good for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = one_time_tokens, check_for_backend(diesel::pg::Pg))]
pub struct OneTimeToken {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// The address that it is about.
    pub email: String,
}

/// A link to make.
#[derive(Debug, Insertable)]
#[diesel(table_name = one_time_tokens)]
pub struct NewOneTimeToken<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// `change_email`, `reset_password` or `verify_email`.
    pub purpose: &'a str,
    /// SHA-256 of the token in the link.
    pub token_hash: &'a [u8],
    /// The address that it is about.
    pub email: &'a str,
    /// When it ends by itself.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewOneTimeToken<'_> {
    /// Inserts it in the place of an older one for the same purpose.
    pub fn replace(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(one_time_tokens::table)
            .on_conflict((one_time_tokens::account_id, one_time_tokens::purpose))
            .do_update()
            .set((
                one_time_tokens::token_hash.eq(excluded(one_time_tokens::token_hash)),
                one_time_tokens::email.eq(excluded(one_time_tokens::email)),
                one_time_tokens::created_at.eq(excluded(one_time_tokens::created_at)),
                one_time_tokens::expires_at.eq(excluded(one_time_tokens::expires_at)),
            ))
            .execute(connection)
            .map(|_| ())
    }
}

impl OneTimeToken {
    /// The live token for `purpose`, which the transaction presents as its credential.
    pub fn find_live(
        connection: &mut PgConnection,
        purpose: &str,
        token_hash: &[u8],
    ) -> QueryResult<Option<Self>> {
        one_time_tokens::table
            .filter(one_time_tokens::token_hash.eq(token_hash))
            .filter(one_time_tokens::purpose.eq(purpose))
            .filter(one_time_tokens::expires_at.gt(diesel::dsl::now))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Uses up the live token for `purpose`, which the transaction presents as its credential.
    pub fn redeem(
        connection: &mut PgConnection,
        purpose: &str,
        token_hash: &[u8],
    ) -> QueryResult<Option<Self>> {
        let live = one_time_tokens::table
            .filter(one_time_tokens::token_hash.eq(token_hash))
            .filter(one_time_tokens::purpose.eq(purpose))
            .filter(one_time_tokens::expires_at.gt(diesel::dsl::now));
        diesel::delete(live).returning(Self::as_returning()).get_result(connection).optional()
    }

    /// Ends every token of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(one_time_tokens::table.filter(one_time_tokens::account_id.eq(account.as_uuid())))
            .execute(connection)
    }
}
