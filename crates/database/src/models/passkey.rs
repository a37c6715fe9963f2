//! Keys of devices and security tokens, by which their person signs in.

use diesel::{PgConnection, dsl::now, pg::Pg, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, PasskeyId};
use uuid::Uuid;

use crate::schema::auth::passkeys;

/// The public half of a key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys, check_for_backend(Pg))]
pub struct Passkey {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier here.
    #[diesel(deserialize_as = Uuid)]
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// What its device calls it: 16 to 1023 bytes.
    pub credential_id: Vec<u8>,
    /// The public key.
    pub public_key: Vec<u8>,
    /// In which way that is written.
    pub format: i16,
    /// How often its device says it has used it, an unsigned number of 32 bits; 0 for ever where it does not count.
    pub sign_count: i64,
    /// Whether it may be copied to other devices of its person.
    pub backup_eligible: bool,
    /// Whether it was.
    pub backed_up: bool,
    /// By which ways its device can be reached, a bit for each.
    pub transports: i16,
    /// When it was added.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it last proved who somebody is.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_used_at: Option<Timestamp>,
}

/// A passkey to add; the fields are those of [`Passkey`].
#[derive(Debug, Insertable)]
#[diesel(table_name = passkeys)]
pub struct NewPasskey<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier here.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: &'a str,
    /// What its device calls it.
    pub credential_id: &'a [u8],
    /// SHA-256 of that.
    pub credential_hash: &'a [u8],
    /// The public key.
    pub public_key: &'a [u8],
    /// In which way that is written.
    pub format: i16,
    /// How often its device says it has used it.
    pub sign_count: i64,
    /// Whether it may be copied to other devices of its person.
    pub backup_eligible: bool,
    /// Whether it was.
    pub backed_up: bool,
    /// By which ways its device can be reached.
    pub transports: i16,
}

/// What a use of a passkey leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = passkeys)]
pub struct PasskeyUse {
    /// How often its device says it has used it.
    pub sign_count: i64,
    /// Whether it was copied to other devices of its person.
    pub backed_up: bool,
}

impl NewPasskey<'_> {
    /// Inserts it; nothing where some account has a passkey with that name of its device already.
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<Option<Passkey>> {
        self.insert_into(passkeys::table)
            .on_conflict(passkeys::credential_hash)
            .do_nothing()
            .returning(Passkey::as_returning())
            .get_result(connection)
            .optional()
    }
}

impl Passkey {
    /// An account's passkeys, oldest first.
    pub fn list(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        passkeys::table
            .filter(passkeys::account_id.eq(account.as_uuid()))
            .order(passkeys::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// How many an account has.
    pub fn count(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
        passkeys::table.filter(passkeys::account_id.eq(account.as_uuid())).count().get_result(connection)
    }

    /// Which of `accounts` have one. For the operator.
    pub fn owners(connection: &mut PgConnection, accounts: &[Uuid]) -> QueryResult<Vec<Uuid>> {
        passkeys::table
            .filter(passkeys::account_id.eq_any(accounts))
            .select(passkeys::account_id)
            .distinct()
            .load(connection)
    }

    /// Whose it is, and its identifier, by the SHA-256 of what its device calls it, which the transaction presents as its
    /// credential.
    pub fn find_by_credential(
        connection: &mut PgConnection,
        credential_hash: &[u8],
    ) -> QueryResult<Option<(AccountId, PasskeyId)>> {
        let found = passkeys::table
            .filter(passkeys::credential_hash.eq(credential_hash))
            .select((passkeys::account_id, passkeys::id))
            .first::<(Uuid, Uuid)>(connection)
            .optional()?;
        Ok(found.map(|(account, id)| (account.into(), id.into())))
    }

    /// One of an account, which nobody else can use, change or remove until the transaction ends.
    pub fn lock(
        connection: &mut PgConnection,
        account: AccountId,
        id: PasskeyId,
    ) -> QueryResult<Option<Self>> {
        passkeys::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .for_update()
            .first(connection)
            .optional()
    }

    /// Notes that it was used now.
    pub fn note_use(&self, connection: &mut PgConnection, used: PasskeyUse) -> QueryResult<()> {
        diesel::update(passkeys::table.find((self.account_id.as_uuid(), self.id.as_uuid())))
            .set((used, passkeys::last_used_at.eq(now)))
            .execute(connection)
            .map(|_| ())
    }

    /// Gives it another name. Nothing where the account has no such passkey.
    pub fn rename(
        connection: &mut PgConnection,
        account: AccountId,
        id: PasskeyId,
        name: &str,
    ) -> QueryResult<Option<Self>> {
        diesel::update(passkeys::table.find((account.as_uuid(), id.as_uuid())))
            .set(passkeys::name.eq(name))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Removes it, and answers what it was.
    pub fn delete(
        connection: &mut PgConnection,
        account: AccountId,
        id: PasskeyId,
    ) -> QueryResult<Option<Self>> {
        diesel::delete(passkeys::table.find((account.as_uuid(), id.as_uuid())))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Removes all of an account, for the account or the operator. Answers how many.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(passkeys::table.filter(passkeys::account_id.eq(account.as_uuid()))).execute(connection)
    }
}
