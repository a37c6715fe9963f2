//! Work of the auth service that nobody waits for.

use std::time::Duration;

use tallykeep_database::{as_operator, models::AuditEvent};
use tallykeep_service::{Job, Jobs};

use crate::{State, erasure};

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

const JOBS: &[Job<State>] = &[
    Job { name: "erase_accounts", every: MINUTE, run: erasure::erase_accounts },
    Job { name: "forget_audit_events", every: HOUR, run: forget_audit_events },
];

/// Starts the jobs. They end when what is answered is dropped.
///
/// # Errors
/// When the system gives no thread.
pub fn start_jobs(state: State) -> anyhow::Result<Jobs> {
    Jobs::start("auth-jobs", state, JOBS)
}

fn forget_audit_events(state: &State) -> anyhow::Result<()> {
    let days = state.audit_days;
    let forgotten = as_operator(&mut *state.pool.get()?, |connection| AuditEvent::forget(connection, days))?;
    if forgotten > 0 {
        tracing::info!(forgotten, "audit_events_forgotten");
    }
    Ok(())
}
