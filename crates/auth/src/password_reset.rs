//! Links that set another password, where nobody has to be mailed: for the administrator and the command line.

use diesel::PgConnection;
use tallykeep_database::{as_account, as_operator, models::Account};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Problem, Visitor};

use crate::{
    OneTimeLink, State, admin,
    audit::{Action, Record},
    one_time_token::{self, Purpose},
};

impl State {
    /// A link that sets another password, for the account with the address `email`, to be handed over by whoever rules
    /// the machine. It is recorded. `None` when no account has the address.
    ///
    /// # Errors
    /// When the text is no address, or the database is away.
    pub fn create_password_reset_link(&self, email: &str) -> anyhow::Result<Option<OneTimeLink>> {
        let email: EmailAddress = email.parse()?;
        let connection = &mut *self.pool.get()?;
        let found = as_operator(connection, |connection| Account::find_by_email(connection, &email))?;
        let Some(account) = found else { return Ok(None) };
        let record = Record::success(Action::CreatePasswordResetLink, account.id);
        Ok(Some(self.create_link(connection, &account, record, &admin::visitor())?))
    }

    /// A link for `account`, which its administrator `actor` asked for.
    pub(crate) fn create_link_for(
        &self,
        connection: &mut PgConnection,
        account: AccountId,
        actor: AccountId,
        visitor: &Visitor,
    ) -> Result<Option<OneTimeLink>, Problem> {
        let found = as_operator(connection, |connection| Account::find(connection, account))?;
        let Some(account) = found else { return Ok(None) };
        let record = Record::success(Action::CreatePasswordResetLink, account.id).by(actor);
        self.create_link(connection, &account, record, visitor).map(Some)
    }

    fn create_link(
        &self,
        connection: &mut PgConnection,
        account: &Account,
        record: Record,
        visitor: &Visitor,
    ) -> Result<OneTimeLink, Problem> {
        as_account(connection, account.id, |connection| {
            Account::hold(connection, account.id)?;
            record.write(connection, visitor)?;
            let (site, purpose) = (&self.public_url, Purpose::ResetPassword);
            one_time_token::issue(connection, site, purpose, account.id, &account.email)
        })
    }
}
