//! What people let applications know.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, ClientId};
use uuid::Uuid;

use crate::schema::auth::{authorizations, clients, consents};

/// What a person lets an application know.
#[derive(Debug, Clone, Copy)]
pub struct Consent;

/// An application that a person uses.
#[derive(Debug, Clone, Queryable)]
pub struct Application {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub client: ClientId,
    /// What people know it as.
    pub name: String,
    /// What the person lets it know, separated by spaces; none where an administrator answers for it.
    pub scopes: Option<String>,
    /// Since when.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub since: Option<Timestamp>,
}

impl Consent {
    /// The scopes that the account lets the client have, separated by spaces.
    pub fn scopes(
        connection: &mut PgConnection,
        account: AccountId,
        client: ClientId,
    ) -> QueryResult<Option<String>> {
        consents::table
            .find((account.as_uuid(), client.as_uuid()))
            .select(consents::scopes)
            .first(connection)
            .optional()
    }

    /// Lets the client have `scopes`, in place of those that it may have had.
    pub fn give(
        connection: &mut PgConnection,
        account: AccountId,
        client: ClientId,
        scopes: &str,
    ) -> QueryResult<()> {
        diesel::insert_into(consents::table)
            .values((
                consents::account_id.eq(account.as_uuid()),
                consents::client_id.eq(client.as_uuid()),
                consents::scopes.eq(scopes),
            ))
            .on_conflict((consents::account_id, consents::client_id))
            .do_update()
            .set(consents::scopes.eq(scopes))
            .execute(connection)
            .map(|_| ())
    }

    /// Takes it back. Answers how many there were, which is one at the most.
    pub fn withdraw(
        connection: &mut PgConnection,
        account: AccountId,
        client: ClientId,
    ) -> QueryResult<usize> {
        diesel::delete(consents::table.find((account.as_uuid(), client.as_uuid()))).execute(connection)
    }
}

impl Application {
    /// Those that the account lets know something, or is signed in at; by name. The transaction acts for it.
    pub fn list(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Self>> {
        let used = authorizations::table
            .filter(authorizations::account_id.eq(account.as_uuid()))
            .select(authorizations::client_id);
        let consented = consents::client_id.eq(clients::id).and(consents::account_id.eq(account.as_uuid()));
        clients::table
            .left_join(consents::table.on(consented))
            .filter(consents::client_id.is_not_null().or(clients::id.eq_any(used)))
            .order((clients::name, clients::id))
            .select((
                clients::id,
                clients::name,
                consents::scopes.nullable(),
                consents::created_at.nullable(),
            ))
            .load(connection)
    }
}
