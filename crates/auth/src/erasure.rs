//! Erasing accounts.
//!
//! An account is marked first, and kept out from then on. When its time has come, a tombstone is set, which nothing
//! calls back; other services learn of it when they ask, erase what they have, and say so. When all have, the account
//! goes with all that this service knows of it, but for the audit log, which forgets by itself.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use tallykeep_database::{
    as_operator,
    models::{Account, Erasure, Installation},
};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor, run_db};

use crate::{
    State,
    audit::{Action, Record},
};

/// For how long other services may go on to believe in somebody who is kept out: an access token lives ten minutes, and
/// an answer about an API key is used for five while this service is away. Nobody is erased before that is over.
const CREDENTIALS_OUTLAST: SignedDuration = SignedDuration::from_mins(15);

/// How many accounts a service is told of at once.
const AT_ONCE: i64 = 100;

/// When an account that is marked now is to be erased, after a grace of `days`.
pub(crate) fn due(days: u16) -> Timestamp {
    Timestamp::now() + CREDENTIALS_OUTLAST + SignedDuration::from_hours(24 * i64::from(days))
}

impl State {
    /// The accounts that `service` has yet to erase.
    pub(crate) async fn pending_erasures(&self, service: &str) -> Result<Vec<AccountId>, Problem> {
        let service = service.to_owned();
        run_db(&self.pool, move |connection| {
            as_operator(connection, |connection| Erasure::pending(connection, &service, AT_ONCE))
        })
        .await
    }

    /// Notes that `service` has erased what it had of `account`.
    pub(crate) async fn confirm_erasure(&self, account: AccountId, service: &str) -> Result<(), Problem> {
        let service = service.to_owned();
        run_db(&self.pool, move |connection| {
            as_operator(connection, |connection| {
                if !Erasure::has_begun(connection, account)? {
                    let detail = format!("the account {account} is not to be erased");
                    return Err(Problem::not_found("erasure_not_found", detail));
                }
                tracing::info!("account.id" = %account, service, "account_erased_by_service");
                Ok(Erasure::confirm(connection, account, &service)?)
            })
        })
        .await
    }
}

/// Sets the tombstones that are due, and removes the accounts that all services have erased. What fails for one account
/// is tried again the next time, and holds up no other.
pub(crate) fn erase_accounts(state: &State) -> anyhow::Result<()> {
    let connection = &mut *state.pool.get()?;
    for account in as_operator(connection, Account::due)? {
        let begun = as_operator(connection, |connection| begin(connection, account));
        log_failure(account, begun);
    }
    let confirmed =
        |connection: &mut PgConnection| Erasure::confirmed_by(connection, &state.erasing_services);
    for account in as_operator(connection, confirmed)? {
        let removed = as_operator(connection, |connection| remove(connection, account));
        log_failure(account, removed);
    }
    Ok(())
}

fn log_failure(account: AccountId, outcome: diesel::QueryResult<()>) {
    if let Err(error) = outcome {
        tracing::error!("account.id" = %account, %error, "erasure_failed");
    }
}

/// Looks again under the lock: an administrator may just have called it off.
fn begin(connection: &mut PgConnection, id: AccountId) -> diesel::QueryResult<()> {
    let due = |account: &Account| account.erase_after.is_some_and(|at| at <= Timestamp::now());
    match Account::lock(connection, id)?.filter(due) {
        Some(_) => Erasure::begin(connection, id),
        None => Ok(()),
    }
}

fn remove(connection: &mut PgConnection, id: AccountId) -> diesel::QueryResult<()> {
    let administrators = Account::lock_administrators(connection)?;
    if let Some(heir) = administrators.into_iter().find(|administrator| *administrator != id) {
        Installation::hand_over(connection, id, heir)?;
    }
    // Another replica may have been faster.
    if Account::delete(connection, id)? == 0 {
        return Ok(());
    }
    Record::success(Action::EraseAccount, id).write(connection, &Visitor::default())
}
