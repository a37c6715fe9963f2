//! Accounts.

use diesel::{
    PgConnection,
    dsl::{Eq, IsNull},
    prelude::*,
};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, EmailAddress, Role};
use uuid::Uuid;

use crate::schema::auth::{accounts, erasures};

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
    /// What people call its person.
    pub name: Option<String>,
    /// The language that its person reads, a BCP 47 tag.
    pub locale: Option<String>,
    /// Since when an administrator keeps it out.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub disabled_at: Option<Timestamp>,
    /// When it is to be erased. It is kept out since this is known.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub erase_after: Option<Timestamp>,
    /// Whether its person chose the password. Where not, nobody knows it.
    pub has_password: bool,
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
    /// Whether its person chose the password.
    pub has_password: bool,
}

/// What changes; `None` leaves a column as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, AsChangeset)]
#[diesel(table_name = accounts)]
pub struct AccountChanges {
    /// What people call its person.
    pub name: Option<Option<String>>,
    /// The language that its person reads, a BCP 47 tag.
    pub locale: Option<Option<String>>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// `administrator` or `member`.
    pub role: Option<&'static str>,
    /// Since when an administrator keeps it out.
    pub disabled_at: Option<Option<jiff_diesel::Timestamp>>,
    /// When it is to be erased.
    pub erase_after: Option<Option<jiff_diesel::Timestamp>>,
}

/// Which accounts to read.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// Only those with this in their address or name, whatever the case.
    pub search: Option<String>,
    /// Behind this account.
    pub after: Option<AccountId>,
    /// At most so many.
    pub limit: i64,
}

impl NewAccount<'_> {
    /// Inserts it; the transaction acts for it. Fails on [`ACCOUNT_EMAIL`](crate::constraint::ACCOUNT_EMAIL).
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<Account> {
        self.insert_into(accounts::table).returning(Account::as_returning()).get_result(connection)
    }
}

/// Accounts that nobody keeps out.
#[diesel::dsl::auto_type]
fn admitted() -> _ {
    let disabled: IsNull<accounts::disabled_at> = accounts::disabled_at.is_null();
    let erased: IsNull<accounts::erase_after> = accounts::erase_after.is_null();
    disabled.and(erased)
}

/// The tombstone of an account.
#[diesel::dsl::auto_type(no_type_alias)]
fn begun() -> _ {
    erasures::table.filter(erasures::account_id.eq(accounts::id)).select(erasures::account_id)
}

/// Accounts that run the installation now.
#[diesel::dsl::auto_type(no_type_alias)]
fn administers() -> _ {
    let role: Eq<accounts::role, &'static str> = accounts::role.eq(Role::Administrator.as_str());
    role.and(admitted())
}

impl Account {
    /// Whether nobody keeps it out.
    #[must_use]
    pub fn is_admitted(&self) -> bool {
        self.disabled_at.is_none() && self.erase_after.is_none()
    }

    /// The account that the transaction acts for. One that is kept out is not found: whoever asks wants to let it do
    /// something.
    pub fn find(connection: &mut PgConnection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table
            .find(id.as_uuid())
            .filter(admitted())
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Whether the account, which the transaction acts for, is let in. It stays so until the transaction ends: what
    /// keeps it out waits, and then sees what the transaction did.
    pub fn hold(connection: &mut PgConnection, id: AccountId) -> QueryResult<bool> {
        let row = accounts::table.find(id.as_uuid()).filter(admitted()).select(accounts::id).for_share();
        Ok(row.first::<Uuid>(connection).optional()?.is_some())
    }

    /// The account with that address, which the transaction presents as its credential, unless it is kept out.
    pub fn find_by_email(connection: &mut PgConnection, email: &EmailAddress) -> QueryResult<Option<Self>> {
        Self::find_by_email_text(connection, email.as_str())
    }

    /// The same, kept out or not.
    pub fn find_any_by_email(
        connection: &mut PgConnection,
        email: &EmailAddress,
    ) -> QueryResult<Option<Self>> {
        accounts::table
            .filter(accounts::email.eq(email.as_str()))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The account with that address unless it is kept out, for a text that may be no address at all: then there is none.
    pub fn find_by_email_text(connection: &mut PgConnection, email: &str) -> QueryResult<Option<Self>> {
        accounts::table
            .filter(accounts::email.eq(email))
            .filter(admitted())
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The account, kept out or not, for the operator.
    pub fn find_any(connection: &mut PgConnection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table.find(id.as_uuid()).select(Self::as_select()).first(connection).optional()
    }

    /// The same, and nobody else can change it until the transaction ends.
    pub fn lock(connection: &mut PgConnection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table
            .find(id.as_uuid())
            .select(Self::as_select())
            .for_no_key_update()
            .first(connection)
            .optional()
    }

    /// Whose address it is, kept out or not, for the operator.
    pub fn id_by_email(
        connection: &mut PgConnection,
        email: &EmailAddress,
    ) -> QueryResult<Option<AccountId>> {
        let id = accounts::table.filter(accounts::email.eq(email.as_str())).select(accounts::id);
        Ok(id.first::<Uuid>(connection).optional()?.map(AccountId::from))
    }

    /// The accounts of `page`, kept out or not, oldest first, for the operator.
    pub fn page(connection: &mut PgConnection, page: &AccountPage) -> QueryResult<Vec<Self>> {
        let mut query =
            accounts::table.order(accounts::id).limit(page.limit).select(Self::as_select()).into_boxed();
        if let Some(text) = &page.search {
            let pattern = format!("%{}%", literal(text));
            query = query.filter(
                accounts::email.ilike(pattern.clone()).or(accounts::name.ilike(pattern).assume_not_null()),
            );
        }
        if let Some(after) = page.after {
            query = query.filter(accounts::id.gt(after.as_uuid()));
        }
        query.load(connection)
    }

    /// The time zones of at most `limit` accounts behind `after`, oldest first: of those that came to theirs at
    /// `changed_since` or later, where it is given. One that is being erased is left out. For the operator.
    pub fn time_zones(
        connection: &mut PgConnection,
        changed_since: Option<Timestamp>,
        after: Option<AccountId>,
        limit: i64,
    ) -> QueryResult<Vec<(AccountId, String)>> {
        let mut query = accounts::table
            .filter(diesel::dsl::not(diesel::dsl::exists(begun())))
            .order(accounts::id)
            .limit(limit)
            .select((accounts::id, accounts::time_zone))
            .into_boxed();
        if let Some(since) = changed_since {
            query = query.filter(accounts::time_zone_set_at.ge(jiff_diesel::Timestamp::from(since)));
        }
        if let Some(after) = after {
            query = query.filter(accounts::id.gt(after.as_uuid()));
        }
        let rows = query.load::<(Uuid, String)>(connection)?;
        Ok(rows.into_iter().map(|(id, time_zone)| (id.into(), time_zone)).collect())
    }

    /// The accounts that run the installation, oldest first, for the operator. Until the transaction ends none of them
    /// can be demoted or kept out by another: each who wants to waits for the list, and finds it shorter.
    pub fn lock_administrators(connection: &mut PgConnection) -> QueryResult<Vec<AccountId>> {
        let ids = accounts::table
            .filter(administers())
            .order(accounts::id)
            .select(accounts::id)
            .for_no_key_update()
            .load::<Uuid>(connection)?;
        Ok(ids.into_iter().map(AccountId::from).collect())
    }

    /// Applies `changes`, of which there are some, and answers the account as it is then.
    pub fn change(
        connection: &mut PgConnection,
        id: AccountId,
        changes: &AccountChanges,
    ) -> QueryResult<Self> {
        diesel::update(accounts::table.find(id.as_uuid()))
            .set(changes)
            .returning(Self::as_returning())
            .get_result(connection)
    }

    /// The accounts whose time to be erased has come and of which that is not known yet, for the operator.
    pub fn due(connection: &mut PgConnection) -> QueryResult<Vec<AccountId>> {
        let ids = accounts::table
            .filter(accounts::erase_after.assume_not_null().le(diesel::dsl::now))
            .filter(diesel::dsl::not(diesel::dsl::exists(begun())))
            .select(accounts::id)
            .load::<Uuid>(connection)?;
        Ok(ids.into_iter().map(AccountId::from).collect())
    }

    /// Removes it, and with it its sessions, keys, invitations and memberships.
    pub fn delete(connection: &mut PgConnection, id: AccountId) -> QueryResult<usize> {
        diesel::delete(accounts::table.find(id.as_uuid())).execute(connection)
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

    /// How many accounts, of those that the transaction may see, have a password hash in which `mark` does not stand. A
    /// password that nobody knows is none.
    pub fn count_hashed_without(connection: &mut PgConnection, mark: &str) -> QueryResult<i64> {
        accounts::table
            .filter(accounts::password_hash.not_like(format!("%{mark}%")))
            .filter(accounts::has_password)
            .count()
            .get_result(connection)
    }

    /// Notes that the account's person reads what is sent to `email`, if that is its address. Answers whether it is.
    pub fn verify_email(connection: &mut PgConnection, id: AccountId, email: &str) -> QueryResult<bool> {
        diesel::update(accounts::table.find(id.as_uuid()))
            .filter(accounts::email.eq(email).and(admitted()))
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
        diesel::update(accounts::table.find(id.as_uuid()))
            .filter(accounts::email.eq(email).and(admitted()))
            .set((accounts::password_hash.eq(password_hash), accounts::has_password.eq(true)))
            .execute(connection)
            .map(|changed| changed == 1)
    }
}

/// `text` for a pattern that matches it as it is.
fn literal(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
