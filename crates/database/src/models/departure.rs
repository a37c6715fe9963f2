//! Browsers that were sent to a provider.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::SessionId;
use uuid::Uuid;

use crate::schema::auth::departures;

/// A browser that was sent to a provider and is back.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = departures, check_for_backend(diesel::pg::Pg))]
pub struct Departure {
    /// Where to, by the name in the settings.
    pub provider: String,
    /// `sign_in`, `link` or `reauthenticate`.
    pub purpose: String,
    session_id: Option<Uuid>,
    /// The path to go on to.
    pub return_to: String,
    /// SHA-256 of the token of an invitation.
    pub invitation_hash: Option<Vec<u8>>,
    /// An IANA name.
    pub time_zone: String,
    /// When it was sent.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// A browser that is being sent to a provider.
#[derive(Debug, Insertable)]
#[diesel(table_name = departures)]
pub struct NewDeparture<'a> {
    /// SHA-256 of the token in its cookie.
    pub token_hash: &'a [u8],
    /// Where to, by the name in the settings.
    pub provider: &'a str,
    /// `sign_in`, `link` or `reauthenticate`.
    pub purpose: &'a str,
    /// The session that asks, where it is not to sign in.
    pub session_id: Option<Uuid>,
    /// The path to go on to.
    pub return_to: &'a str,
    /// SHA-256 of the token of an invitation.
    pub invitation_hash: Option<&'a [u8]>,
    /// An IANA name.
    pub time_zone: &'a str,
    /// Until when it may come back.
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
}

impl NewDeparture<'_> {
    /// Inserts it; the transaction presents its token as the credential.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(departures::table).execute(connection).map(|_| ())
    }
}

impl Departure {
    /// Uses up the live departure to `provider` with that token, which the transaction presents as its credential.
    pub fn redeem(
        connection: &mut PgConnection,
        token_hash: &[u8],
        provider: &str,
    ) -> QueryResult<Option<Self>> {
        let live = departures::table
            .filter(departures::token_hash.eq(token_hash))
            .filter(departures::provider.eq(provider))
            .filter(departures::expires_at.gt(diesel::dsl::now));
        diesel::delete(live).returning(Self::as_returning()).get_result(connection).optional()
    }

    /// The session that asked, where it is not to sign in.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        self.session_id.map(SessionId::from)
    }

    /// Removes those that have ended; the transaction acts for the operator.
    pub fn sweep(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(departures::table)
            .filter(departures::expires_at.le(diesel::dsl::now))
            .execute(connection)
    }
}
