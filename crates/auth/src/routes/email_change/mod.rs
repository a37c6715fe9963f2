//! Giving an account another address.

pub(crate) mod ask;
pub(crate) mod confirm;

use diesel::PgConnection;
use tallykeep_database::models::Account;
use tallykeep_service::{Problem, Visitor};

use crate::{
    audit::{Action, Record},
    mail::{Kind, Mail, Outbox},
    newcomer::refuse_taken,
    one_time_token,
};

/// Gives `account` the address `email`, ends its links, and tells the person at the address that was.
///
/// # Errors
/// 409 when another account has the address.
fn change(
    connection: &mut PgConnection,
    outbox: &Outbox,
    account: &Account,
    email: &str,
    verified: bool,
    visitor: &Visitor,
) -> Result<(), Problem> {
    Account::change_email(connection, account.id, email, verified).map_err(refuse_taken)?;
    one_time_token::end_all(connection, account.id)?;
    outbox.put(connection, &Mail::to(Kind::EmailChanged, account))?;
    // Without the addresses: the record outlives the account.
    Ok(Record::success(Action::ChangeEmail, account.id).write(connection, visitor)?)
}
