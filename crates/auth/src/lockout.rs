//! Lockout: whoever fails too often to prove who they are fails for a while, whatever they know.

use std::net::IpAddr;

use diesel::{PgConnection, QueryResult};
use tallykeep_database::{
    models::{Account, Lockout, LockoutRules},
    with_credential,
};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Problem, Visitor, hex, run_db, run_db_as, token_hash};

use crate::{
    State,
    audit::{Action, Record},
};

/// Whose failures are counted together, wherever a password or a code is asked for.
pub(crate) enum Subject {
    /// An account.
    Account(AccountId),
    /// An address that no account has. It is locked like one that has, so that the lock tells nobody which it is.
    Address(String),
    /// An application, as far as one client fails to prove to be it. Its identifier is no secret, and others must not be
    /// able to lock it out.
    Client { id: String, from: Option<IpAddr> },
}

impl Subject {
    /// Whoever signs in as `email`, which is the address of `account` if there is one.
    pub(crate) fn of(account: Option<&Account>, email: &str) -> Self {
        let canonical =
            || email.parse().map_or_else(|_| email.to_owned(), |email: EmailAddress| email.to_string());
        account.map_or_else(|| Self::Address(canonical()), |account| Self::Account(account.id))
    }

    const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(*id),
            Self::Address(_) | Self::Client { .. } => None,
        }
    }

    fn hash(&self) -> [u8; 32] {
        match self {
            Self::Account(id) => token_hash(&format!("account {id}")),
            Self::Address(address) => token_hash(&format!("address {address}")),
            Self::Client { id, from } => token_hash(&format!("client {from:?} {id}")),
        }
    }
}

/// Whether `verify` finds a password right, and `subject` is not locked.
///
/// A failure is counted before `verify` runs and taken back if it says yes, so that tries at the same time are not more
/// than tries one after the other. What it does not come back from, such as a client that hangs up, stays counted.
/// `verify` runs also while `subject` is locked, because the answer has to take as long; so it must change nothing.
///
/// Nothing but this try is taken back: if a right password forgave wrong codes, who has the password could guess codes
/// for ever. Whoever has given all that is asked for is forgiven by [`release`].
///
/// # Errors
/// Those of `verify`, and 503 when the database is away.
pub(crate) async fn attempt(
    state: &State,
    visitor: &Visitor,
    subject: &Subject,
    verify: impl Future<Output = Result<bool, Problem>>,
) -> Result<bool, Problem> {
    let failures = reserve(state, subject).await?;
    let right = verify.await?;
    let Some(failures) = failures else { return Ok(false) };
    if right {
        let (hash, rules) = (subject.hash(), state.lockout);
        run_db(&state.pool, move |connection| take_back(connection, &hash, rules)).await?;
    } else {
        tell_if_locked(state, visitor, subject, failures).await?;
    }
    Ok(right)
}

/// The same for a code that is good once: what `verify` finds right is used up by `use_up`, in a transaction that acts for
/// `account`. Nothing comes of it, and the failure stays, where somebody else was quicker to use it up. So one code that
/// is sent many times at once is one success and many failures.
///
/// # Errors
/// Those of `verify` and `use_up`, after which the failure stays counted; and 503 when the database is away.
pub(crate) async fn attempt_once<Found: Send + 'static, Done: Send + 'static>(
    state: &State,
    visitor: &Visitor,
    account: AccountId,
    verify: impl Future<Output = Result<Option<Found>, Problem>>,
    use_up: impl FnOnce(&mut PgConnection, Found) -> Result<Option<Done>, Problem> + Send + 'static,
) -> Result<Option<Done>, Problem> {
    let subject = Subject::Account(account);
    let failures = reserve(state, &subject).await?;
    let found = verify.await?;
    let Some(failures) = failures else { return Ok(None) };
    let (hash, rules) = (subject.hash(), state.lockout);
    let finish = move |connection: &mut PgConnection| {
        let Some(found) = found else { return Ok(None) };
        let done = use_up(connection, found)?;
        if done.is_some() {
            take_back(connection, &hash, rules)?;
        }
        Ok(done)
    };
    let done = run_db_as(&state.pool, account, finish).await?;
    if done.is_none() {
        tell_if_locked(state, visitor, &subject, failures).await?;
    }
    Ok(done)
}

/// Counts a failure, and answers how many there are; `None` while `subject` is locked.
async fn reserve(state: &State, subject: &Subject) -> Result<Option<i32>, Problem> {
    let (hash, rules) = (subject.hash(), state.lockout);
    run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&hash), |connection| Lockout::reserve(connection, &hash, rules))
    })
    .await
}

async fn tell_if_locked(
    state: &State,
    visitor: &Visitor,
    subject: &Subject,
    failures: i32,
) -> Result<(), Problem> {
    if failures < state.lockout.attempts {
        return Ok(());
    }
    let record = Record::failure(Action::TriggerLockout, subject.account());
    let visitor = visitor.clone();
    run_db(&state.pool, move |connection| record.write(connection, &visitor)).await
}

/// Forgets the failures of `account`, in the caller's transaction: its person has just proved who they are, by all that is
/// asked for.
pub(crate) fn release(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    let hash = Subject::Account(account).hash();
    with_credential(connection, &hex(&hash), |connection| Lockout::release(connection, &hash))
}

fn take_back(connection: &mut PgConnection, hash: &[u8; 32], rules: LockoutRules) -> QueryResult<()> {
    with_credential(connection, &hex(hash), |connection| Lockout::take_back(connection, hash, rules))
}
