//! The keys that tokens are signed with. Only a transaction that acts for the installation sees them.

use diesel::{PgConnection, prelude::*, sql_query};
use jiff::Timestamp;

use super::SealedText;
use crate::schema::auth::signing_keys;

/// Any number will do that nothing else locks.
const LOCK: i64 = 0x7369_676e_6b65;

/// A key as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
pub struct SigningKey {
    /// The thumbprint of the public half.
    pub id: String,
    /// The private half, sealed.
    pub private_key: String,
    /// From when on it signs.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub signs_from: Timestamp,
    /// By which algorithm: `EdDSA` or `RS256`.
    pub algorithm: String,
}

/// A key to keep.
#[derive(Debug, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct NewSigningKey<'a> {
    /// The thumbprint of the public half.
    pub id: &'a str,
    /// The private half, sealed.
    pub private_key: &'a str,
    /// From when on it signs.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub signs_from: Timestamp,
    /// By which algorithm: `EdDSA` or `RS256`.
    pub algorithm: &'a str,
}

impl NewSigningKey<'_> {
    /// Inserts it; whoever does holds the [`lock`](SigningKey::lock).
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(signing_keys::table).execute(connection).map(|_| ())
    }
}

impl SigningKey {
    /// All of them, in the order in which they sign.
    pub fn all(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        signing_keys::table
            .order((signing_keys::signs_from, signing_keys::id))
            .select(Self::as_select())
            .load(connection)
    }

    /// Lets one transaction at a time, of whatever replica, decide which keys there are.
    pub fn lock(connection: &mut PgConnection) -> QueryResult<()> {
        sql_query(format!("select pg_advisory_xact_lock({LOCK})")).execute(connection).map(|_| ())
    }

    /// Deletes those of `ids`, and answers how many there were.
    pub fn delete(connection: &mut PgConnection, ids: &[&str]) -> QueryResult<usize> {
        diesel::delete(signing_keys::table.filter(signing_keys::id.eq_any(ids))).execute(connection)
    }

    /// Deletes them all, and answers how many there were.
    pub fn delete_all(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(signing_keys::table).execute(connection)
    }

    /// Every private half.
    pub fn sealed(connection: &mut PgConnection) -> QueryResult<Vec<SealedText>> {
        signing_keys::table.select((signing_keys::id, signing_keys::private_key)).load(connection)
    }

    /// Puts `new` in the place of the private half `old`, if it still stands there.
    pub fn reseal(connection: &mut PgConnection, id: &str, old: &str, new: &str) -> QueryResult<usize> {
        diesel::update(signing_keys::table.find(id).filter(signing_keys::private_key.eq(old)))
            .set(signing_keys::private_key.eq(new))
            .execute(connection)
    }
}
