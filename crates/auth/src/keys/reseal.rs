//! Sealing anew what is sealed under an earlier master secret.

use diesel::{PgConnection, QueryResult};
use secrecy::ExposeSecret;
use tallykeep_database::models::{SealedText, SigningKey};

use super::{KeyRing, sealed::Place};
use crate::second_factor::TOTP_SECRETS;

/// A column of sealed texts.
pub(crate) struct SealedColumn {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    /// All of them. The transaction acts for the installation.
    pub(crate) all: fn(&mut PgConnection) -> QueryResult<Vec<SealedText>>,
    /// Puts the second text in the place of the first one in a row, if that still stands there.
    pub(crate) replace: fn(&mut PgConnection, row: &str, old: &str, new: &str) -> QueryResult<usize>,
}

pub(super) const SIGNING_KEYS: SealedColumn = SealedColumn {
    table: "auth.signing_keys",
    column: "private_key",
    all: SigningKey::sealed,
    replace: SigningKey::reseal,
};

/// Every column of sealed texts. One that is missing here becomes unreadable with the next master secret.
const COLUMNS: [SealedColumn; 2] = [SIGNING_KEYS, TOTP_SECRETS];

/// What became of the secrets in the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many were sealed anew.
    pub resealed: usize,
    /// How many could not be opened. The log names each.
    pub unreadable: usize,
}

impl SealedColumn {
    pub(crate) const fn place<'a>(&self, row: &'a str) -> Place<'a> {
        Place { table: self.table, column: self.column, row }
    }

    fn reseal(&self, connection: &mut PgConnection, ring: &KeyRing) -> anyhow::Result<Resealed> {
        let mut done = Resealed::default();
        for SealedText { row, text: old } in (self.all)(connection)? {
            if ring.is_active(&old) {
                continue;
            }
            let place = self.place(&row);
            match ring.open(place, &old) {
                Ok(secret) => {
                    let new = ring.seal(place, secret.expose_secret())?;
                    done.resealed += (self.replace)(connection, &row, &old, &new)?;
                }
                Err(error) => {
                    let (table, column) = (self.table, self.column);
                    tracing::error!(table, column, row, %error, "secret_unreadable");
                    done.unreadable += 1;
                }
            }
        }
        Ok(done)
    }
}

/// Every column, in the transaction of `connection`, which acts for the installation.
pub(super) fn all(connection: &mut PgConnection, ring: &KeyRing) -> anyhow::Result<Resealed> {
    let mut sum = Resealed::default();
    for column in COLUMNS {
        let Resealed { resealed, unreadable } = column.reseal(connection, ring)?;
        sum.resealed += resealed;
        sum.unreadable += unreadable;
    }
    Ok(sum)
}
