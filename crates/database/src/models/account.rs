//! Accounts.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, EmailAddress};
use uuid::Uuid;

use crate::schema::auth::accounts;

/// A person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct Account {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: AccountId,
    /// In canonical form.
    pub email: String,
    /// In PHC string format.
    pub password_hash: String,
    /// `administrator` or `member`.
    pub role: String,
    /// An IANA name.
    pub time_zone: String,
    /// When it was registered.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When the person proved to read what is sent to `email`.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub email_verified_at: Option<Timestamp>,
}

/// An account to register.
#[derive(Debug, Insertable)]
#[diesel(table_name = accounts)]
pub struct NewAccount<'a> {
    /// Its identifier.
    pub id: Uuid,
    /// In canonical form.
    pub email: &'a str,
    /// In PHC string format.
    pub password_hash: &'a str,
    /// `administrator` or `member`.
    pub role: &'a str,
    /// An IANA name.
    pub time_zone: &'a str,
}

impl NewAccount<'_> {
    /// Inserts it; the transaction acts for it. Fails on [`ACCOUNT_EMAIL`](crate::constraint::ACCOUNT_EMAIL).
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<Account> {
        self.insert_into(accounts::table).returning(Account::as_returning()).get_result(connection)
    }
}

impl Account {
    /// The account that the transaction acts for.
    pub fn find(connection: &mut PgConnection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table.find(id.as_uuid()).select(Self::as_select()).first(connection).optional()
    }

    /// Waits until no other transaction holds the account, and holds it to the end of this one. What an account may have
    /// only so many of is counted behind it.
    pub fn hold(connection: &mut PgConnection, id: AccountId) -> QueryResult<()> {
        let found = accounts::table.find(id.as_uuid()).select(accounts::id).for_no_key_update();
        found.first::<Uuid>(connection).map(|_| ())
    }

    /// The account with that address, which the transaction presents as its credential.
    pub fn find_by_email(connection: &mut PgConnection, email: &EmailAddress) -> QueryResult<Option<Self>> {
        Self::find_by_email_text(connection, email.as_str())
    }

    /// The account with the address `email`, which may be no address at all: then there is none.
    pub fn find_by_email_text(connection: &mut PgConnection, email: &str) -> QueryResult<Option<Self>> {
        accounts::table
            .filter(accounts::email.eq(email))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Whether its password is still the one of `password_hash`. It stays so until the transaction ends: a change of it
    /// waits.
    pub fn still_has_password(
        connection: &mut PgConnection,
        id: AccountId,
        password_hash: &str,
    ) -> QueryResult<bool> {
        let held: Option<String> = accounts::table
            .find(id.as_uuid())
            .select(accounts::password_hash)
            .for_share()
            .first(connection)
            .optional()?;
        Ok(held.is_some_and(|held| held == password_hash))
    }

    /// Puts the password hash `new` in the place of `old`, if that still stands there, and answers whether it did. The
    /// transaction acts for the account.
    pub fn replace_password_hash(
        connection: &mut PgConnection,
        id: AccountId,
        old: &str,
        new: &str,
    ) -> QueryResult<bool> {
        let replaced =
            diesel::update(accounts::table.find(id.as_uuid()).filter(accounts::password_hash.eq(old)))
                .set(accounts::password_hash.eq(new))
                .execute(connection)?;
        Ok(replaced > 0)
    }

    /// How many accounts, of those that the transaction may see, have a password hash in which `mark` does not stand.
    pub fn count_hashed_without(connection: &mut PgConnection, mark: &str) -> QueryResult<i64> {
        accounts::table
            .filter(accounts::password_hash.not_like(format!("%{mark}%")))
            .count()
            .get_result(connection)
    }

    /// Notes that the account's person reads what is sent to `email`, if that is its address. Answers whether it is.
    pub fn verify_email(connection: &mut PgConnection, id: AccountId, email: &str) -> QueryResult<bool> {
        diesel::update(accounts::table.find(id.as_uuid()).filter(accounts::email.eq(email)))
            .set(accounts::email_verified_at.eq(diesel::dsl::now))
            .execute(connection)
            .map(|verified| verified == 1)
    }

    /// Gives it another address, proven by its person or not. Fails on
    /// [`ACCOUNT_EMAIL`](crate::constraint::ACCOUNT_EMAIL).
    pub fn change_email(
        connection: &mut PgConnection,
        id: AccountId,
        email: &str,
        verified: bool,
    ) -> QueryResult<()> {
        let at = verified.then(|| jiff_diesel::Timestamp::from(Timestamp::now()));
        diesel::update(accounts::table.find(id.as_uuid()))
            .set((accounts::email.eq(email), accounts::email_verified_at.eq(at)))
            .execute(connection)
            .map(|_| ())
    }

    /// Gives it another password, if `email` is its address. Answers whether it is.
    pub fn reset_password(
        connection: &mut PgConnection,
        id: AccountId,
        email: &str,
        password_hash: &str,
    ) -> QueryResult<bool> {
        diesel::update(accounts::table.find(id.as_uuid()).filter(accounts::email.eq(email)))
            .set(accounts::password_hash.eq(password_hash))
            .execute(connection)
            .map(|changed| changed == 1)
    }
}
