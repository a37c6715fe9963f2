//! Invitations.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, InvitationId};
use uuid::Uuid;

use crate::schema::auth::invitations;

/// Leave to register, without its token.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg))]
pub struct Invitation {
    /// Who invites.
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: InvitationId,
    /// When it was given.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

/// An invitation to give out.
#[derive(Debug, Insertable)]
#[diesel(table_name = invitations)]
pub struct NewInvitation<'a> {
    /// Who invites.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// SHA-256 of the token in the link.
    pub token_hash: &'a [u8],
    /// When it ends by itself.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewInvitation<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(invitations::table).execute(connection).map(|_| ())
    }
}

impl Invitation {
    /// Uses up the live invitation with that token, which the transaction presents as its credential, and
    /// answers who gave it.
    pub fn redeem(connection: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<AccountId>> {
        let live = invitations::table
            .filter(invitations::token_hash.eq(token_hash))
            .filter(invitations::expires_at.gt(diesel::dsl::now));
        diesel::delete(live)
            .returning(invitations::account_id)
            .get_result::<Uuid>(connection)
            .optional()
            .map(|inviter| inviter.map(AccountId::from))
    }

    /// Those that are still good, of all that the transaction may see, oldest first.
    pub fn list(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        invitations::table
            .filter(invitations::expires_at.gt(diesel::dsl::now))
            .order(invitations::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Removes those that have ended, of all that the transaction may see. Answers how many.
    pub fn delete_ended(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(invitations::table.filter(invitations::expires_at.le(diesel::dsl::now)))
            .execute(connection)
    }

    /// Revokes one, of all that the transaction may see. Answers who gave it.
    pub fn revoke(connection: &mut PgConnection, id: InvitationId) -> QueryResult<Option<AccountId>> {
        diesel::delete(invitations::table)
            .filter(invitations::id.eq(id.as_uuid()))
            .returning(invitations::account_id)
            .get_result::<Uuid>(connection)
            .optional()
            .map(|inviter| inviter.map(AccountId::from))
    }

    /// Revokes all that `account` gave.
    pub fn revoke_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
        diesel::delete(invitations::table)
            .filter(invitations::account_id.eq(account.as_uuid()))
            .execute(connection)
    }
}
