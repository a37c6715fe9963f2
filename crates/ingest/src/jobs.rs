//! Work of the ingest service that nobody waits for: erasing what belonged to accounts that are erased.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use diesel::{PgConnection, QueryResult};
use tallykeep_database::{Pool, as_account, models::ErasedAccount};
use tallykeep_domain::AccountId;
use tallykeep_service::{Authority, Bell, Job, Jobs};
use tokio::runtime::Builder;

use crate::State;

const JOBS: &[Job<Erasing>] =
    &[Job { name: "erase_accounts", every: Duration::from_secs(60), at_bell: false, run: erase_accounts }];

struct Erasing {
    pool: Pool,
    authority: Arc<dyn Authority>,
}

/// Starts the jobs. They end when what is answered is dropped.
///
/// They ask `authority` from a runtime of their own, which runs while they do: it must not share its connections with
/// one that answers requests.
///
/// # Errors
/// When the system gives no thread.
pub fn start_jobs(state: &State, authority: Arc<dyn Authority>) -> anyhow::Result<Jobs> {
    Jobs::start("ingest-jobs", Erasing { pool: state.pool.clone(), authority }, JOBS, Bell::default())
}

/// Asks which accounts there are to erase, erases each, and says so. What fails is done again by the next job.
fn erase_accounts(erasing: &Erasing) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    for account in runtime.block_on(erasing.authority.pending_erasures())? {
        erase(&mut *erasing.pool.get()?, account)
            .with_context(|| format!("erasing the account {account}"))?;
        runtime.block_on(erasing.authority.confirm_erasure(account))?;
        tracing::info!("account.id" = %account, "account_erased");
    }
    Ok(())
}

/// Refuses what is written for `account` from now on, waits for what was being written, and removes what there is,
/// little by little: somebody may have years of samples.
fn erase(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    as_account(connection, account, |connection| ErasedAccount::insert(connection, account))?;
    ErasedAccount::wait_for_writers(connection)?;
    tallykeep_store::wait_for_writers(connection)?;
    as_account(connection, account, |connection| ErasedAccount::delete_calendar(connection, account))?;
    while as_account(connection, account, |connection| tallykeep_store::erase_some(connection, account))? {}
    while as_account(connection, account, |connection| ErasedAccount::delete_series(connection, account))? > 0
    {
    }
    as_account(connection, account, |connection| ErasedAccount::delete_definitions(connection, account))
}
