//! Lockout: whoever fails too often to prove who they are fails for a while, whatever they know.

use std::net::IpAddr;

use diesel::{PgConnection, QueryResult};
use tallykeep_database::{
    models::{Account, Lockout},
    with_credential,
};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Problem, Visitor, hex, run_db, token_hash};

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

/// Whether `verify` finds a password or a code right, and `subject` is not locked.
///
/// A failure is counted before `verify` runs and taken back if it says yes, so that tries at the same time are not more
/// than tries one after the other. What it does not come back from, such as a client that hangs up, stays counted.
/// `verify` runs also while `subject` is locked, because the answer has to take as long; so it must change nothing, and
/// what uses up a code comes after this has said yes.
///
/// # Errors
/// Those of `verify`, and 503 when the database is away.
pub(crate) async fn attempt(
    state: &State,
    visitor: &Visitor,
    subject: &Subject,
    verify: impl Future<Output = Result<bool, Problem>>,
) -> Result<bool, Problem> {
    let (hash, rules) = (subject.hash(), state.lockout);
    let reserve = move |connection: &mut _| {
        with_credential(connection, &hex(&hash), |connection| Lockout::reserve(connection, &hash, rules))
    };
    let failures = run_db(&state.pool, reserve).await?;
    let right = verify.await?;
    let Some(failures) = failures else { return Ok(false) };
    if right {
        run_db(&state.pool, move |connection| forget(connection, &hash)).await?;
    } else if failures >= rules.attempts {
        let record = Record::failure(Action::TriggerLockout, subject.account());
        let visitor = visitor.clone();
        run_db(&state.pool, move |connection| record.write(connection, &visitor)).await?;
    }
    Ok(right)
}

/// Forgets the failures of `account`, in the caller's transaction: its person has just proved in another way who they
/// are.
pub(crate) fn release(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    forget(connection, &Subject::Account(account).hash())
}

fn forget(connection: &mut PgConnection, subject: &[u8; 32]) -> QueryResult<()> {
    with_credential(connection, &hex(subject), |connection| Lockout::release(connection, subject))
}
