//! Sign-ins at applications: the code, and what it was traded for, end with them.

use diesel::{PgConnection, pg::Pg, prelude::*, sql_types::Timestamptz};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, AuthorizationId, ClientId};
use uuid::Uuid;

use crate::schema::{
    auth::{authorizations, client_tokens},
    string_to_array,
};

/// A sign-in at an application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = authorizations, check_for_backend(Pg))]
pub struct Authorization {
    /// Whose.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: AuthorizationId,
    /// At which application.
    #[diesel(deserialize_as = Uuid)]
    pub client_id: ClientId,
    /// Separated by spaces.
    pub scopes: String,
    /// When its code ends.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub code_expires_at: Timestamp,
    /// When its code was used.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub code_used_at: Option<Timestamp>,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// What the code's user has to know the verifier of (RFC 7636, S256).
    pub code_challenge: String,
    /// What the application asked to find in the ID token.
    pub nonce: Option<String>,
    /// When the person proved who they are.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub authenticated_at: Timestamp,
    /// By which methods, separated by spaces.
    pub methods: String,
    /// When it came about.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When this was read, by the clock of the database, which all other times here are of.
    #[diesel(select_expression = diesel::dsl::now.into_sql::<Timestamptz>())]
    #[diesel(select_expression_type = diesel::dsl::AsExprOf<diesel::dsl::now, Timestamptz>)]
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub read_at: Timestamp,
}

/// A sign-in to note, with its code.
#[derive(Debug, Insertable)]
#[diesel(table_name = authorizations)]
pub struct NewAuthorization<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// At which application.
    pub client_id: Uuid,
    /// The session that it is given from.
    pub session_id: Option<Uuid>,
    /// Separated by spaces.
    pub scopes: &'a str,
    /// SHA-256 of the code.
    pub code_hash: &'a [u8],
    /// Where the code is sent.
    pub redirect_uri: &'a str,
    /// What the code's user has to know the verifier of (RFC 7636, S256).
    pub code_challenge: &'a str,
    /// What the application asks to find in the ID token.
    pub nonce: Option<&'a str>,
    /// When the person proved who they are.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub authenticated_at: Timestamp,
    /// By which methods, separated by spaces.
    pub methods: &'a str,
}

impl NewAuthorization<'_> {
    /// Inserts it; the transaction acts for the account.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(authorizations::table).execute(connection).map(|_| ())
    }
}

impl Authorization {
    /// Whose code that is, which the transaction presents as its credential.
    pub fn find_by_code(
        connection: &mut PgConnection,
        code_hash: &[u8],
    ) -> QueryResult<Option<(AccountId, AuthorizationId)>> {
        let found = authorizations::table
            .filter(authorizations::code_hash.eq(code_hash))
            .select((authorizations::account_id, authorizations::id))
            .first::<(Uuid, Uuid)>(connection)
            .optional()?;
        Ok(found.map(|(account, id)| (account.into(), id.into())))
    }

    /// It, as nobody else can change it until the transaction ends.
    pub fn lock(
        connection: &mut PgConnection,
        account: AccountId,
        id: AuthorizationId,
    ) -> QueryResult<Option<Self>> {
        authorizations::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .for_update()
            .first(connection)
            .optional()
    }

    /// It, for reading.
    pub fn find(
        connection: &mut PgConnection,
        account: AccountId,
        id: AuthorizationId,
    ) -> QueryResult<Option<Self>> {
        authorizations::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Notes that its code was used now. From then on it may outlast the session that it was given from.
    pub fn use_code(&self, connection: &mut PgConnection, outlasts_session: bool) -> QueryResult<()> {
        let row = authorizations::table.find((self.account_id.as_uuid(), self.id.as_uuid()));
        diesel::update(row).set(authorizations::code_used_at.eq(diesel::dsl::now)).execute(connection)?;
        if outlasts_session {
            diesel::update(row).set(authorizations::session_id.eq(None::<Uuid>)).execute(connection)?;
        }
        Ok(())
    }

    /// Ends it, and with it all that it gave.
    pub fn delete(
        connection: &mut PgConnection,
        account: AccountId,
        id: AuthorizationId,
    ) -> QueryResult<usize> {
        diesel::delete(authorizations::table.find((account.as_uuid(), id.as_uuid()))).execute(connection)
    }

    /// Ends every one of the account at that application. Answers how many there were.
    pub fn delete_at(
        connection: &mut PgConnection,
        account: AccountId,
        client: ClientId,
    ) -> QueryResult<usize> {
        diesel::delete(authorizations::table)
            .filter(authorizations::account_id.eq(account.as_uuid()))
            .filter(authorizations::client_id.eq(client.as_uuid()))
            .execute(connection)
    }

    /// Ends all of an account but those whose person gave one of `methods`. Answers how many.
    pub fn delete_without(
        connection: &mut PgConnection,
        account: AccountId,
        methods: &[&str],
    ) -> QueryResult<usize> {
        let given = string_to_array(authorizations::methods, " ");
        diesel::delete(authorizations::table)
            .filter(authorizations::account_id.eq(account.as_uuid()))
            .filter(diesel::dsl::not(given.overlaps_with(methods)))
            .execute(connection)
    }

    /// Ends every one of the account.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(authorizations::table)
            .filter(authorizations::account_id.eq(account.as_uuid()))
            .execute(connection)
    }

    /// Removes tokens that have ended, and then those that have nothing left that could be used. For the operator.
    pub fn sweep(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(client_tokens::table)
            .filter(client_tokens::expires_at.le(diesel::dsl::now))
            .execute(connection)?;
        let tokens = client_tokens::table
            .filter(client_tokens::account_id.eq(authorizations::account_id))
            .filter(client_tokens::authorization_id.eq(authorizations::id));
        diesel::delete(authorizations::table)
            .filter(authorizations::code_expires_at.le(diesel::dsl::now))
            .filter(diesel::dsl::not(diesel::dsl::exists(tokens)))
            .execute(connection)
    }
}
