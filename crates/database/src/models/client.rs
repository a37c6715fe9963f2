//! Applications that let people sign in here (OpenID Connect).

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::ClientId;
use uuid::Uuid;

use crate::schema::auth::clients;

/// An application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg))]
pub struct Client {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: ClientId,
    /// What people know it as.
    pub name: String,
    /// SHA-256 of its secret; none for one that cannot keep a secret.
    pub secret_hash: Option<Vec<u8>>,
    /// Where people are sent back to, one address a line.
    pub redirect_uris: String,
    /// Where people are sent after signing out, one address a line.
    pub post_logout_redirect_uris: String,
    /// Whether nobody is asked what it may know.
    pub trusted: bool,
    /// By which algorithm its ID tokens are signed: `EdDSA` or `RS256`.
    pub id_token_algorithm: String,
    /// When it was made.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// An application to make.
#[derive(Debug, Insertable)]
#[diesel(table_name = clients)]
pub struct NewClient<'a> {
    /// Its identifier.
    pub id: Uuid,
    /// What people know it as.
    pub name: &'a str,
    /// SHA-256 of its secret; none for one that cannot keep a secret.
    pub secret_hash: Option<&'a [u8]>,
    /// Where people are sent back to, one address a line.
    pub redirect_uris: &'a str,
    /// Where people are sent after signing out, one address a line.
    pub post_logout_redirect_uris: &'a str,
    /// Whether nobody is asked what it may know.
    pub trusted: bool,
    /// By which algorithm its ID tokens are signed: `EdDSA` or `RS256`.
    pub id_token_algorithm: &'a str,
}

/// What changes; `None` leaves a column as it is.
#[derive(Debug, Clone, Default, PartialEq, AsChangeset)]
#[diesel(table_name = clients)]
pub struct ClientChanges {
    /// What people know it as.
    pub name: Option<String>,
    /// Where people are sent back to, one address a line.
    pub redirect_uris: Option<String>,
    /// Where people are sent after signing out, one address a line.
    pub post_logout_redirect_uris: Option<String>,
    /// Whether nobody is asked what it may know.
    pub trusted: Option<bool>,
    /// By which algorithm its ID tokens are signed: `EdDSA` or `RS256`.
    pub id_token_algorithm: Option<&'static str>,
}

impl NewClient<'_> {
    /// Inserts it. For the operator.
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<Client> {
        self.insert_into(clients::table).returning(Client::as_returning()).get_result(connection)
    }
}

impl Client {
    /// One of them.
    pub fn find(connection: &mut PgConnection, id: ClientId) -> QueryResult<Option<Self>> {
        clients::table.find(id.as_uuid()).select(Self::as_select()).first(connection).optional()
    }

    /// All of them, oldest first.
    pub fn list(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        clients::table.order(clients::id).select(Self::as_select()).load(connection)
    }

    /// Applies `changes`, of which there are some. For the operator.
    pub fn change(
        connection: &mut PgConnection,
        id: ClientId,
        changes: &ClientChanges,
    ) -> QueryResult<Option<Self>> {
        diesel::update(clients::table.find(id.as_uuid()))
            .set(changes)
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Gives it another secret, if it has one. For the operator.
    pub fn replace_secret(
        connection: &mut PgConnection,
        id: ClientId,
        secret_hash: &[u8],
    ) -> QueryResult<Option<Self>> {
        diesel::update(clients::table.find(id.as_uuid()).filter(clients::secret_hash.is_not_null()))
            .set(clients::secret_hash.eq(secret_hash))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Removes it, and with it what it was let know and given. For the operator.
    pub fn delete(connection: &mut PgConnection, id: ClientId) -> QueryResult<Option<Self>> {
        diesel::delete(clients::table.find(id.as_uuid()))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }
}
