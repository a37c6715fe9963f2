//! The database for a task of the operator, whether this process has to start it or another one runs it.

use secrecy::{ExposeSecret, SecretString};
use tallykeep_database::ServiceRole;
use tallykeep_embedded_postgres::{Error, reach};

use crate::{Database, StandaloneSettings, database::NAME};

/// A database that the auth service's tasks can work on.
pub enum AdminDatabase {
    /// This process runs it, and stops it when this is dropped.
    Own(Box<Database>),
    /// Another process runs it.
    Others(SecretString),
}

impl AdminDatabase {
    /// Starts the database of the settings, or finds the one that runs.
    ///
    /// # Errors
    /// As [`Database::start`]; and when another process holds the data, but its database is not ready.
    pub fn open(settings: &StandaloneSettings) -> anyhow::Result<Self> {
        let error = match Database::start(settings) {
            Ok(database) => return Ok(Self::Own(Box::new(database))),
            Err(error) => error,
        };
        match error.downcast_ref() {
            Some(Error::InUse(_)) => reach(&settings.data, NAME)?.map(Self::Others).ok_or(error),
            _ => Err(error),
        }
    }

    /// Where it is, as the role of the auth service.
    ///
    /// The passwords of the roles are known to the process that started it, and to nobody else. The superuser's is kept
    /// in the data folder, and a superuser may take the part of any role: from then on it is bound like that one.
    #[must_use]
    pub fn url(&self) -> SecretString {
        match self {
            Self::Own(database) => database.urls().auth,
            Self::Others(superuser) => {
                let role = ServiceRole::Auth.name();
                format!("{}?options=-c%20role%3D{role}", superuser.expose_secret()).into()
            }
        }
    }
}
