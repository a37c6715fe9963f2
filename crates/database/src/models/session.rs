//! Sessions.

use diesel::{
    PgConnection,
    data_types::PgInterval,
    dsl::{IntervalDsl, now},
    pg::Pg,
    prelude::*,
    sql_types::Timestamptz,
};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, SessionId};
use uuid::Uuid;

use crate::schema::{auth::sessions, string_to_array};

/// A signed-in browser.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct Session {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: SessionId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Where it was opened from.
    pub address: Option<String>,
    /// When it was opened.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub last_used_at: Timestamp,
    /// When its person last proved who they are.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub authenticated_at: Timestamp,
    /// When it ends, used or not.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of its first token, if it has another by now.
    pub first_token_hash: Option<Vec<u8>>,
    /// SHA-256 of the token before this one.
    pub previous_token_hash: Option<Vec<u8>>,
    /// Since when its token is this one.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub rotated_at: Timestamp,
    /// When its token was first used, if there was one before it.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub token_used_at: Option<Timestamp>,
    /// How its person proved who they are, in the words of RFC 8176 with spaces between.
    pub methods: String,
    /// When this was read, by the clock of the database, which all other times here are of.
    #[diesel(select_expression = now.into_sql::<Timestamptz>())]
    #[diesel(select_expression_type = diesel::dsl::AsExprOf<now, Timestamptz>)]
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub read_at: Timestamp,
}

/// A session to open.
#[derive(Debug, Insertable)]
// One statement, whatever is left out: it is prepared once for each connection.
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct NewSession<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// SHA-256 of the token in the cookie.
    pub token_hash: &'a [u8],
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// Where it is opened from.
    pub address: Option<&'a str>,
    /// How its person proved who they are, in the words of RFC 8176 with spaces between.
    pub methods: &'a str,
    /// When it ends, used or not.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewSession<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(sessions::table).execute(connection).map(|_| ())
    }
}

/// The next token of a session, and what it follows; each as SHA-256.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// The first token of the session.
    pub first: &'a [u8],
    /// The one that is known to be in the browser.
    pub previous: &'a [u8],
    /// The new one.
    pub next: &'a [u8],
}

/// Whether a session has not ended: neither by its age nor for want of use in so many hours.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_live(idle_hours: u16) -> _ {
    let idle: PgInterval = i32::from(idle_hours).hours();
    sessions::expires_at.gt(now).and(sessions::last_used_at.gt(now.into_sql::<Timestamptz>() - idle))
}

impl Session {
    /// The live session that began with that token, which the transaction presents as its credential.
    pub fn find_by_first_token(
        connection: &mut PgConnection,
        token_hash: &[u8],
        idle_hours: u16,
    ) -> QueryResult<Option<Self>> {
        sessions::table
            .filter(is_live(idle_hours))
            .filter(sessions::token_hash.eq(token_hash).or(sessions::first_token_hash.eq(token_hash)))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The session, if it is live, as nobody else can change it until the transaction ends.
    pub fn lock(
        connection: &mut PgConnection,
        account: AccountId,
        id: SessionId,
        idle_hours: u16,
    ) -> QueryResult<Option<Self>> {
        sessions::table
            .filter(is_live(idle_hours))
            .filter(sessions::account_id.eq(account.as_uuid()))
            .filter(sessions::id.eq(id.as_uuid()))
            .select(Self::as_select())
            .for_update()
            .first(connection)
            .optional()
    }

    /// Whether there is still that session of the account. It stays until the transaction ends.
    pub fn hold(connection: &mut PgConnection, account: AccountId, id: SessionId) -> QueryResult<bool> {
        let row =
            sessions::table.find((account.as_uuid(), id.as_uuid())).select(sessions::id).for_key_share();
        Ok(row.first::<Uuid>(connection).optional()?.is_some())
    }

    /// The live sessions of an account, oldest first.
    pub fn list(
        connection: &mut PgConnection,
        account: AccountId,
        idle_hours: u16,
    ) -> QueryResult<Vec<Self>> {
        sessions::table
            .filter(is_live(idle_hours))
            .filter(sessions::account_id.eq(account.as_uuid()))
            .order(sessions::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Notes that it was used now.
    pub fn touch(&self, connection: &mut PgConnection) -> QueryResult<()> {
        diesel::update(sessions::table.find(self.key()))
            .set(sessions::last_used_at.eq(now))
            .execute(connection)
            .map(|_| ())
    }

    /// Notes that its token was used now for the first time, if it still is its token.
    pub fn touch_token(&self, connection: &mut PgConnection) -> QueryResult<()> {
        diesel::update(sessions::table.find(self.key()))
            .filter(sessions::token_hash.eq(&self.token_hash).and(sessions::token_used_at.is_null()))
            .set((sessions::last_used_at.eq(now), sessions::token_used_at.eq(now)))
            .execute(connection)
            .map(|_| ())
    }

    /// Gives it its next token.
    pub fn rotate(&self, connection: &mut PgConnection, rotation: Rotation<'_>) -> QueryResult<()> {
        diesel::update(sessions::table.find(self.key()))
            .set((
                sessions::token_hash.eq(rotation.next),
                sessions::first_token_hash.eq(rotation.first),
                sessions::previous_token_hash.eq(rotation.previous),
                sessions::rotated_at.eq(now),
                sessions::token_used_at.eq(None::<jiff_diesel::Timestamp>),
            ))
            .execute(connection)
            .map(|_| ())
    }

    /// Notes that its person proved now who they are, in all by `methods`, and gives it a token that has nothing to do
    /// with those before it.
    pub fn authenticate(
        &self,
        connection: &mut PgConnection,
        methods: &str,
        token_hash: &[u8],
    ) -> QueryResult<()> {
        diesel::update(sessions::table.find(self.key()))
            .set((
                sessions::methods.eq(methods),
                sessions::token_hash.eq(token_hash),
                sessions::first_token_hash.eq(None::<&[u8]>),
                sessions::previous_token_hash.eq(None::<&[u8]>),
                sessions::rotated_at.eq(now),
                sessions::token_used_at.eq(None::<jiff_diesel::Timestamp>),
                sessions::last_used_at.eq(now),
                sessions::authenticated_at.eq(now),
            ))
            .execute(connection)
            .map(|_| ())
    }

    /// Notes that of what its person has proved only this still counts.
    pub fn set_methods(&self, connection: &mut PgConnection, methods: &str) -> QueryResult<()> {
        diesel::update(sessions::table.find(self.key()))
            .set(sessions::methods.eq(methods))
            .execute(connection)
            .map(|_| ())
    }

    /// Removes those that have ended by themselves; the transaction acts for the installation.
    pub fn delete_ended_of_all(connection: &mut PgConnection, idle_hours: u16) -> QueryResult<usize> {
        diesel::delete(sessions::table).filter(diesel::dsl::not(is_live(idle_hours))).execute(connection)
    }

    /// Ends it.
    pub fn delete(connection: &mut PgConnection, account: AccountId, id: SessionId) -> QueryResult<usize> {
        diesel::delete(sessions::table.find((account.as_uuid(), id.as_uuid()))).execute(connection)
    }

    /// Ends all sessions of an account but this one. Answers how many.
    pub fn delete_others(
        connection: &mut PgConnection,
        account: AccountId,
        id: SessionId,
    ) -> QueryResult<usize> {
        diesel::delete(sessions::table)
            .filter(sessions::account_id.eq(account.as_uuid()))
            .filter(sessions::id.ne(id.as_uuid()))
            .execute(connection)
    }

    /// Ends all sessions of an account but those whose person gave one of `methods`. Answers how many.
    pub fn delete_without(
        connection: &mut PgConnection,
        account: AccountId,
        methods: &[&str],
    ) -> QueryResult<usize> {
        let given = string_to_array(sessions::methods, " ");
        diesel::delete(sessions::table)
            .filter(sessions::account_id.eq(account.as_uuid()))
            .filter(diesel::dsl::not(given.overlaps_with(methods)))
            .execute(connection)
    }

    fn key(&self) -> (Uuid, Uuid) {
        (self.account_id.as_uuid(), self.id.as_uuid())
    }

    /// Ends every session of an account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(sessions::table.filter(sessions::account_id.eq(account.as_uuid()))).execute(connection)
    }
}
