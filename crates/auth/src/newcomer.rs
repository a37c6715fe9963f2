//! Making an account, whoever asks for it.

use diesel::PgConnection;
use tallykeep_database::{
    constraint,
    models::{Account, Installation, NewAccount},
    violates,
};
use tallykeep_domain::{AccountId, EmailAddress, Role};
use tallykeep_service::Problem;

/// Somebody who is to have an account.
pub(crate) struct Newcomer {
    pub(crate) email: EmailAddress,
    /// In PHC string format.
    pub(crate) password_hash: String,
    /// Whether they chose the password. Where not, it is one that nobody knows.
    pub(crate) has_password: bool,
    /// An IANA name.
    pub(crate) time_zone: String,
}

impl Newcomer {
    /// Makes the account `id`, which the transaction acts for, when there is none yet: it is the administrator.
    ///
    /// # Errors
    /// 409 when somebody else has just become the first.
    pub(crate) fn insert_first(
        &self,
        connection: &mut PgConnection,
        id: AccountId,
    ) -> Result<Account, Problem> {
        let account = self.insert(connection, id, Role::Administrator)?;
        Installation::claim(connection, id).map_err(refuse_second)?;
        Ok(account)
    }

    /// Makes a further account `id`, which the transaction acts for.
    ///
    /// # Errors
    /// 409 when the address is taken.
    pub(crate) fn insert(
        &self,
        connection: &mut PgConnection,
        id: AccountId,
        role: Role,
    ) -> Result<Account, Problem> {
        let account = NewAccount {
            id: id.as_uuid(),
            email: self.email.as_str(),
            password_hash: &self.password_hash,
            role: role.as_str(),
            time_zone: &self.time_zone,
            has_password: self.has_password,
        };
        account.insert(connection).map_err(refuse_taken)
    }
}

/// The answer to an address that another account has; any other error stays what it is.
pub(crate) fn refuse_taken(error: diesel::result::Error) -> Problem {
    if violates(&error, constraint::ACCOUNT_EMAIL) {
        return Problem::conflict("email_taken", "there is an account with this e-mail address already");
    }
    error.into()
}

fn refuse_second(error: diesel::result::Error) -> Problem {
    if violates(&error, constraint::INSTALLATION) {
        return Problem::conflict(
            "administrator_exists",
            "somebody else has just become the administrator; try again",
        );
    }
    error.into()
}
