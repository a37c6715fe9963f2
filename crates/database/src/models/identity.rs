//! Who somebody is at another provider.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, IdentityId};
use uuid::Uuid;

use crate::schema::auth::identities;

/// Somebody at a provider, who has an account here.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = identities, check_for_backend(diesel::pg::Pg))]
pub struct Identity {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: IdentityId,
    /// The address of the provider.
    pub issuer: String,
    /// What the provider calls its person.
    pub subject: String,
    /// The address of the person there, as far as it was told when it was last used.
    pub email: Option<String>,
    /// When it was linked.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it was last used.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub last_used_at: Timestamp,
}

/// An identity to link.
#[derive(Debug, Insertable)]
#[diesel(table_name = identities)]
pub struct NewIdentity<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// SHA-256 of issuer and subject.
    pub presented_hash: &'a [u8],
    /// The address of the provider.
    pub issuer: &'a str,
    /// What the provider calls its person.
    pub subject: &'a str,
    /// The address of the person there.
    pub email: Option<&'a str>,
}

impl NewIdentity<'_> {
    /// Inserts it; the transaction acts for its account. Fails on [`IDENTITY`](crate::constraint::IDENTITY).
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(identities::table).execute(connection).map(|_| ())
    }
}

impl Identity {
    /// The identity of that issuer and subject, whose hash the transaction presents as its credential.
    pub fn find_presented(connection: &mut PgConnection, hash: &[u8]) -> QueryResult<Option<Self>> {
        identities::table
            .filter(identities::presented_hash.eq(hash))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Those of an account, oldest first.
    pub fn list(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        identities::table
            .filter(identities::account_id.eq(account.as_uuid()))
            .order(identities::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Notes that it was used now, and the address that the provider told. Answers whether it is still there: until the
    /// transaction ends it stays.
    pub fn touch(&self, connection: &mut PgConnection, email: Option<&str>) -> QueryResult<bool> {
        diesel::update(identities::table.find((self.account_id.as_uuid(), self.id.as_uuid())))
            .set((identities::email.eq(email), identities::last_used_at.eq(diesel::dsl::now)))
            .execute(connection)
            .map(|touched| touched == 1)
    }

    /// Unlinks it. Answers how many there were.
    pub fn delete(connection: &mut PgConnection, account: AccountId, id: IdentityId) -> QueryResult<usize> {
        diesel::delete(identities::table.find((account.as_uuid(), id.as_uuid()))).execute(connection)
    }

    /// Unlinks all of an account. Answers how many.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(identities::table)
            .filter(identities::account_id.eq(account.as_uuid()))
            .execute(connection)
    }
}
