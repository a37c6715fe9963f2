//! Hearing, from the database itself, that something has changed of what the auth service remembers.

use diesel::{ConnectionError, ConnectionResult, PgConnection, QueryResult, prelude::*, sql_query};
use secrecy::{ExposeSecret, SecretString};

/// A connection on which the database tells of changes, whoever makes them. The triggers are in the migration
/// `000018_access_rules`.
pub struct Changes(PgConnection);

impl Changes {
    /// Listens at the database of `url`, to what is committed from now on.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn listen(url: &SecretString) -> ConnectionResult<Self> {
        let mut connection = PgConnection::establish(url.expose_secret())?;
        sql_query("listen tallykeep_auth")
            .execute(&mut connection)
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Self(connection))
    }

    /// Whether there was a change since this was last asked, as far as it has arrived. Does not wait.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn arrived(&mut self) -> QueryResult<bool> {
        let mut any = false;
        for notification in self.0.notifications_iter() {
            notification?;
            any = true;
        }
        Ok(any)
    }

    /// Asks the database for a sign of life. What it had to tell before that has arrived then.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn confirm(&mut self) -> QueryResult<()> {
        sql_query("select").execute(&mut self.0).map(|_| ())
    }
}
