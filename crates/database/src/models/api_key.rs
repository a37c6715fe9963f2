//! API keys.

use diesel::{PgConnection, prelude::*};
use jiff::{SignedDuration, Timestamp};
use tallykeep_domain::{AccountId, ApiKeyId};
use uuid::Uuid;

use crate::schema::auth::api_keys;

/// A machine's credential, without its secret.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub struct ApiKey {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// Separated by spaces.
    pub scopes: String,
    /// When it was made.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub expires_at: Option<Timestamp>,
    /// How the names of the metrics begin that it is good for; empty for all.
    pub metric_prefix: String,
    /// When another key took its place.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub replaced_at: Option<Timestamp>,
    /// When it would have ended by itself, if another key took its place.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub planned_end: Option<Timestamp>,
}

/// A key to make.
#[derive(Debug, Insertable)]
#[diesel(table_name = api_keys)]
pub struct NewApiKey<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: &'a str,
    /// Its first characters.
    pub prefix: &'a str,
    /// SHA-256 of the key.
    pub secret_hash: &'a [u8],
    /// Separated by spaces.
    pub scopes: &'a str,
    /// When it ends by itself.
    pub expires_at: Option<jiff_diesel::Timestamp>,
    /// How the names of the metrics begin that it is good for; empty for all.
    pub metric_prefix: &'a str,
}

impl NewApiKey<'_> {
    /// Inserts it.
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<ApiKey> {
        self.insert_into(api_keys::table).returning(ApiKey::as_returning()).get_result(connection)
    }
}

impl ApiKey {
    /// Revokes every key of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(api_keys::table.filter(api_keys::account_id.eq(account.as_uuid()))).execute(connection)
    }

    /// An account's keys, oldest first.
    pub fn list(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        api_keys::table
            .filter(api_keys::account_id.eq(account.as_uuid()))
            .order(api_keys::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// How many keys an account has, ended ones included.
    pub fn count(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
        api_keys::table.filter(api_keys::account_id.eq(account.as_uuid())).count().get_result(connection)
    }

    /// Removes an account's keys that have ended. Answers how many.
    pub fn delete_ended(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(api_keys::table)
            .filter(api_keys::account_id.eq(account.as_uuid()))
            .filter(api_keys::expires_at.assume_not_null().le(diesel::dsl::now))
            .execute(connection)
    }

    /// How long it was meant to be good. `None` for an endless one. That another took its place changes nothing.
    #[must_use]
    pub fn term(&self) -> Option<SignedDuration> {
        let end = if self.replaced_at.is_some() { self.planned_end } else { self.expires_at };
        end.map(|end| end.duration_since(self.created_at))
    }

    /// One key, which nobody else can change until the transaction ends.
    pub fn lock(
        connection: &mut PgConnection,
        account: AccountId,
        id: ApiKeyId,
    ) -> QueryResult<Option<Self>> {
        api_keys::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .for_no_key_update()
            .first(connection)
            .optional()
    }

    /// The live key with that secret, which the transaction presents as its credential.
    pub fn find_by_secret(connection: &mut PgConnection, secret_hash: &[u8]) -> QueryResult<Option<Self>> {
        api_keys::table
            .filter(api_keys::secret_hash.eq(secret_hash))
            .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(diesel::dsl::now)))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Notes that it was used now.
    pub fn touch(&self, connection: &mut PgConnection) -> QueryResult<()> {
        diesel::update(api_keys::table.find((self.account_id.as_uuid(), self.id.as_uuid())))
            .set(api_keys::last_used_at.eq(diesel::dsl::now))
            .execute(connection)
            .map(|_| ())
    }

    /// Notes that another key took its place, and lets it end at `end`, if it does not end before.
    pub fn replace(&self, connection: &mut PgConnection, end: Timestamp) -> QueryResult<()> {
        let planned = if self.replaced_at.is_some() { self.planned_end } else { self.expires_at };
        let end = self.expires_at.map_or(end, |earlier| earlier.min(end));
        diesel::update(api_keys::table.find((self.account_id.as_uuid(), self.id.as_uuid())))
            .set((
                api_keys::expires_at.eq(jiff_diesel::Timestamp::from(end)),
                api_keys::replaced_at.eq(diesel::dsl::now),
                api_keys::planned_end.eq(planned.map(jiff_diesel::Timestamp::from)),
            ))
            .execute(connection)
            .map(|_| ())
    }

    /// Revokes it for good.
    pub fn delete(connection: &mut PgConnection, account: AccountId, id: ApiKeyId) -> QueryResult<usize> {
        diesel::delete(api_keys::table.find((account.as_uuid(), id.as_uuid()))).execute(connection)
    }
}
