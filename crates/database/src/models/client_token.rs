//! The tokens that applications hold.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, AuthorizationId};
use uuid::Uuid;

use crate::schema::auth::client_tokens;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// To ask who the person is.
    Access,
    /// To be traded for the next two.
    Refresh,
}

impl TokenKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// A token that an application holds.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = client_tokens, check_for_backend(diesel::pg::Pg))]
pub struct ClientToken {
    /// Whose sign-in it is of.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Which sign-in that is.
    #[diesel(deserialize_as = Uuid)]
    pub authorization_id: AuthorizationId,
    /// SHA-256 of it.
    pub token_hash: Vec<u8>,
    /// `access` or `refresh`.
    pub kind: String,
    /// Separated by spaces.
    pub scopes: String,
    /// When it was given.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it ends.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// When it was traded for others.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub used_at: Option<Timestamp>,
}

/// A token to give.
#[derive(Debug, Insertable)]
#[diesel(table_name = client_tokens)]
pub struct NewClientToken<'a> {
    account_id: Uuid,
    authorization_id: Uuid,
    token_hash: &'a [u8],
    kind: &'static str,
    scopes: &'a str,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
}

impl<'a> NewClientToken<'a> {
    /// A token of `kind` with the SHA-256 `token_hash`, for the sign-in `of`.
    #[must_use]
    pub fn new(
        kind: TokenKind,
        of: (AccountId, AuthorizationId),
        token_hash: &'a [u8],
        scopes: &'a str,
        expires_at: Timestamp,
    ) -> Self {
        let (account_id, authorization_id) = (of.0.as_uuid(), of.1.as_uuid());
        Self { account_id, authorization_id, token_hash, kind: kind.as_str(), scopes, expires_at }
    }

    /// Inserts it; the transaction acts for the account.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(client_tokens::table).execute(connection).map(|_| ())
    }
}

impl ClientToken {
    /// The token that has not ended with that hash, which the transaction presents as its credential. A refresh token may
    /// have been used.
    pub fn find(connection: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Self>> {
        client_tokens::table
            .filter(client_tokens::token_hash.eq(token_hash))
            .filter(client_tokens::expires_at.gt(diesel::dsl::now))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Whether it is of that kind.
    #[must_use]
    pub fn is(&self, kind: TokenKind) -> bool {
        self.kind == kind.as_str()
    }

    /// Notes that it was traded now. Answers whether it had not been before.
    pub fn spend(&self, connection: &mut PgConnection) -> QueryResult<bool> {
        let row = client_tokens::table.find((self.account_id.as_uuid(), &self.token_hash));
        diesel::update(row.filter(client_tokens::used_at.is_null()))
            .set(client_tokens::used_at.eq(diesel::dsl::now))
            .execute(connection)
            .map(|spent| spent == 1)
    }

    /// Ends it alone.
    pub fn delete(&self, connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(client_tokens::table.find((self.account_id.as_uuid(), &self.token_hash)))
            .execute(connection)
    }
}
