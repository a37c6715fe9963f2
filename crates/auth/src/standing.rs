//! Whether an account is let in, and what it may do: decided by an administrator, the command line, or its owner.
//!
//! All of it happens in a transaction of the operator. There is always somebody who administers the installation.

use diesel::PgConnection;
use jiff::Timestamp;
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, AccountChanges, Erasure, Invitation},
};
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::{Problem, Visitor};

use crate::{
    audit::{Action, Record},
    erasure,
    mail::{Kind, Mail, Outbox},
    one_time_token,
    second_factor::{self, Requirement},
    session::end_all,
};

/// Who decides, for the audit log.
pub(crate) struct Decider<'a> {
    /// The account that does; none for the command line.
    pub(crate) account: Option<AccountId>,
    pub(crate) visitor: &'a Visitor,
}

impl Decider<'_> {
    pub(crate) fn record(&self, connection: &mut PgConnection, record: Record) -> Result<(), Problem> {
        let record = match self.account {
            Some(actor) => record.by(actor),
            None => record,
        };
        Ok(record.write(connection, self.visitor)?)
    }
}

/// Keeps the account out from now on, until it is enabled.
///
/// # Errors
/// 404 without such an account, 409 for the last administrator.
pub(crate) fn disable(
    connection: &mut PgConnection,
    id: AccountId,
    decider: &Decider<'_>,
) -> Result<Account, Problem> {
    let account = lock_unless_last(connection, id)?;
    if account.disabled_at.is_some() {
        return Ok(account);
    }
    let changes =
        AccountChanges { disabled_at: Some(Some(Timestamp::now().into())), ..AccountChanges::default() };
    end_what_is_open(connection, id)?;
    decider.record(connection, Record::success(Action::DisableAccount, id))?;
    Ok(Account::change(connection, id, &changes)?)
}

/// Lets the account in again. If it was marked to be erased, that is called off.
///
/// # Errors
/// 404 without such an account, 409 when it is being erased already.
pub(crate) fn enable(
    connection: &mut PgConnection,
    id: AccountId,
    decider: &Decider<'_>,
) -> Result<Account, Problem> {
    let account = lock(connection, id)?;
    if Erasure::has_begun(connection, id)? {
        return Err(Problem::conflict("erasure_begun", "the account is being erased already"));
    }
    if account.disabled_at.is_none() && account.erase_after.is_none() {
        return Ok(account);
    }
    let changes =
        AccountChanges { disabled_at: Some(None), erase_after: Some(None), ..AccountChanges::default() };
    decider.record(connection, Record::success(Action::EnableAccount, id))?;
    Ok(Account::change(connection, id, &changes)?)
}

/// Gives the account the role. Who administers no longer takes their invitations back; whose new role asks for a second
/// factor signs in anew where they have given none.
///
/// # Errors
/// 404 without such an account, 409 for the last administrator.
pub(crate) fn change_role(
    connection: &mut PgConnection,
    id: AccountId,
    role: Role,
    requirement: Requirement,
    decider: &Decider<'_>,
) -> Result<Account, Problem> {
    let account = match role {
        Role::Administrator => lock(connection, id)?,
        Role::Member => lock_unless_last(connection, id)?,
    };
    if account.role == role.as_str() {
        return Ok(account);
    }
    if role == Role::Member {
        Invitation::revoke_all(connection, id)?;
    }
    let record = Record::success(Action::ChangeRole, id).with(json!({"role": role}));
    decider.record(connection, record)?;
    let changes = AccountChanges { role: Some(role.as_str()), ..AccountChanges::default() };
    let account = Account::change(connection, id, &changes)?;
    if requirement.applies(connection, &account)? {
        second_factor::end_what_falls_short(connection, id)?;
    }
    Ok(account)
}

/// Marks the account to be erased after a grace of `days`, and keeps it out from now on. A mark that is there stays.
///
/// # Errors
/// 404 without such an account, 409 for the last administrator.
pub(crate) fn mark_for_erasure(
    connection: &mut PgConnection,
    id: AccountId,
    days: u16,
    decider: &Decider<'_>,
) -> Result<Account, Problem> {
    let account = lock_unless_last(connection, id)?;
    if account.erase_after.is_some() {
        return Ok(account);
    }
    let erase_after = erasure::due(days);
    end_what_is_open(connection, id)?;
    let record = Record::success(Action::DeleteAccount, id).with(json!({"erase_after": erase_after}));
    decider.record(connection, record)?;
    let changes = AccountChanges { erase_after: Some(Some(erase_after.into())), ..AccountChanges::default() };
    Ok(Account::change(connection, id, &changes)?)
}

/// Removes all second factors of the account, because its person has lost them, and ends what is open.
///
/// # Errors
/// 404 without such an account.
pub(crate) fn remove_second_factors(
    connection: &mut PgConnection,
    id: AccountId,
    decider: &Decider<'_>,
    outbox: &Outbox,
) -> Result<Account, Problem> {
    let account = lock(connection, id)?;
    if second_factor::remove_all(connection, id)? {
        let detail = json!({"factor": "any second factor"});
        outbox.put(connection, &Mail { detail, ..Mail::to(Kind::SecondFactorRemoved, &account) })?;
    }
    end_all(connection, id)?;
    decider.record(connection, Record::success(Action::RemoveSecondFactors, id))?;
    Ok(account)
}

/// What must not come back to life when the account is let in again. Its keys may.
fn end_what_is_open(connection: &mut PgConnection, id: AccountId) -> Result<(), Problem> {
    end_all(connection, id)?;
    Invitation::revoke_all(connection, id)?;
    // Links belong to the account alone: the operator does not see them.
    as_account(connection, id, |connection| one_time_token::end_all(connection, id))?;
    Ok(())
}

/// Two administrators who turn each other out at once come here one after the other, and the second is the last.
fn lock_unless_last(connection: &mut PgConnection, id: AccountId) -> Result<Account, Problem> {
    if Account::lock_administrators(connection)? == [id] {
        let detail = "this is the last administrator; make somebody else one first";
        return Err(Problem::conflict("last_administrator", detail));
    }
    find_locked(connection, id)
}

/// Administrators come first wherever several accounts are locked, so that nobody waits in a circle.
fn lock(connection: &mut PgConnection, id: AccountId) -> Result<Account, Problem> {
    Account::lock_administrators(connection)?;
    find_locked(connection, id)
}

fn find_locked(connection: &mut PgConnection, id: AccountId) -> Result<Account, Problem> {
    Account::lock(connection, id)?.ok_or_else(|| not_found(id))
}

/// 404: there is no such account.
pub(crate) fn not_found(id: AccountId) -> Problem {
    Problem::not_found("account_not_found", format!("there is no account {id}"))
}
