//! Lockout: whoever fails too often to prove who they are fails for a while, whatever they know.

use std::net::IpAddr;

use diesel::{Connection, PgConnection, QueryResult};
use tallykeep_database::{
    commit_without_waiting,
    models::{Account, Lockout, LockoutRules},
    present_credential,
};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Problem, Visitor, hex, run_db, run_db_as, token_hash};

use crate::{
    State,
    audit::{Action, Record},
};

/// Whose failures are counted together, wherever a password or a code is asked for.
#[derive(Clone)]
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

/// A try to prove who one is.
///
/// It is counted as a failure before anything is verified and taken back if that says yes, so that tries at the same time
/// are not more than tries one after the other. What it does not come back from, such as a client that hangs up, stays
/// counted; where the server itself fails it is [spared](Attempt::spare). What is given is verified also while the subject is locked, because the answer has to take as long; so that
/// must change nothing.
///
/// Nothing but this try is taken back: if a right password forgave wrong codes, who has the password could guess codes
/// for ever. Whoever has given all that is asked for is forgiven by [`release`].
#[derive(Clone)]
#[must_use]
pub(crate) struct Attempt {
    subject: Subject,
    rules: LockoutRules,
    /// How many there are with this one; `None` while the subject is locked.
    failures: Option<i32>,
}

impl Attempt {
    /// Counts one of `subject`, in the caller's transaction, which it commits without waiting. The subject takes the place of
    /// the credential that the transaction presents.
    pub(crate) fn begin(
        connection: &mut PgConnection,
        subject: Subject,
        rules: LockoutRules,
    ) -> QueryResult<Self> {
        let hash = subject.hash();
        present_credential(connection, &hex(&hash))?;
        let failures = Lockout::reserve(connection, &hash, rules)?;
        Ok(Self { subject, rules, failures })
    }

    /// The same in a transaction of its own.
    async fn begin_alone(state: &State, subject: Subject) -> Result<Self, Problem> {
        let rules = state.lockout;
        run_db(&state.pool, move |connection| {
            connection.transaction(|connection| Self::begin(connection, subject, rules))
        })
        .await
    }

    /// Whether it is in vain, whatever was given.
    pub(crate) const fn is_locked(&self) -> bool {
        self.failures.is_none()
    }

    /// It was no failure. In the caller's transaction, as [`begin`](Self::begin).
    pub(crate) fn take_back(&self, connection: &mut PgConnection) -> QueryResult<()> {
        let hash = self.subject.hash();
        present_credential(connection, &hex(&hash))?;
        Lockout::take_back(connection, &hash, self.rules)
    }

    /// `outcome`, after taking the attempt back if the server has failed: then nobody has judged what was given. If the
    /// server fails in this as well, it stays counted.
    pub(crate) async fn spare<T>(&self, state: &State, outcome: Result<T, Problem>) -> Result<T, Problem> {
        if !self.is_locked() && outcome.as_ref().is_err_and(|problem| problem.status().is_server_error()) {
            let _ = self.clone().take_back_alone(state).await;
        }
        outcome
    }

    async fn take_back_alone(self, state: &State) -> Result<(), Problem> {
        run_db(&state.pool, move |connection| {
            connection.transaction(|connection| {
                commit_without_waiting(connection)?;
                self.take_back(connection)
            })
        })
        .await
    }

    /// It was one. Records it if the subject is locked by it.
    pub(crate) async fn fail(self, state: &State, visitor: &Visitor) -> Result<(), Problem> {
        if self.failures.is_none_or(|failures| failures < self.rules.attempts) {
            return Ok(());
        }
        let record = Record::failure(Action::TriggerLockout, self.subject.account());
        let visitor = visitor.clone();
        run_db(&state.pool, move |connection| record.write(connection, &visitor)).await
    }
}

/// Whether `verify` finds a password right, and `subject` is not locked: one [`Attempt`].
///
/// # Errors
/// Those of `verify`, and 503 when the database is away.
pub(crate) async fn attempt(
    state: &State,
    visitor: &Visitor,
    subject: Subject,
    verify: impl Future<Output = Result<bool, Problem>>,
) -> Result<bool, Problem> {
    let attempt = Attempt::begin_alone(state, subject).await?;
    let right = attempt.spare(state, verify.await).await? && !attempt.is_locked();
    if right {
        attempt.take_back_alone(state).await?;
    } else {
        attempt.fail(state, visitor).await?;
    }
    Ok(right)
}

/// The same for a code that is good once: what `verify` finds right is used up by `use_up`, in a transaction that acts for
/// `account`. Nothing comes of it, and the failure stays, where somebody else was quicker to use it up. So one code that
/// is sent many times at once is one success and many failures.
///
/// # Errors
/// Those of `verify`, and 503 when the database is away. Those of `use_up`, after which the failure stays counted unless
/// it is the server that has failed.
pub(crate) async fn attempt_once<Found: Send + 'static, Done: Send + 'static>(
    state: &State,
    visitor: &Visitor,
    account: AccountId,
    verify: impl Future<Output = Result<Option<Found>, Problem>>,
    use_up: impl FnOnce(&mut PgConnection, Found) -> Result<Option<Done>, Problem> + Send + 'static,
) -> Result<Option<Done>, Problem> {
    let attempt = Attempt::begin_alone(state, Subject::Account(account)).await?;
    let found = attempt.spare(state, verify.await).await?.filter(|_| !attempt.is_locked());
    let Some(found) = found else {
        attempt.fail(state, visitor).await?;
        return Ok(None);
    };
    let right = attempt.clone();
    let finish = move |connection: &mut PgConnection| {
        let done = use_up(connection, found)?;
        if done.is_some() {
            right.take_back(connection)?;
        }
        Ok(done)
    };
    let done = attempt.spare(state, run_db_as(&state.pool, account, finish).await).await?;
    if done.is_none() {
        attempt.fail(state, visitor).await?;
    }
    Ok(done)
}

/// Forgets the failures of `account`, in the caller's transaction, as [`Attempt::begin`]: its person has just proved who
/// they are, by all that is asked for.
pub(crate) fn release(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    let hash = Subject::Account(account).hash();
    present_credential(connection, &hex(&hash))?;
    Lockout::release(connection, &hash)
}
