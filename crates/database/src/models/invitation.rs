//! Invitations.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::auth::invitations;

/// Leave to register.
#[derive(Debug, Clone, Copy)]
pub struct Invitation;

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
}
