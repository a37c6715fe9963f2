//! Work of the auth service that nobody waits for.

use std::time::Duration;

use tallykeep_database::{
    as_operator,
    models::{
        AuditEvent, Authorization, Departure, Invitation, Lockout, PasskeyCeremony, PendingSignIn, RateLimit,
        Session, TotpSecret,
    },
};
use tallykeep_service::{Bell, Job, Jobs};

use crate::{State, erasure, mail};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

const JOBS: &[Job<State>] = &[
    Job { name: "erase_accounts", every: MINUTE, at_bell: false, run: erasure::erase_accounts },
    Job { name: "forget_audit_events", every: HOUR, at_bell: false, run: forget_audit_events },
    Job { name: "release_hashing_memory", every: MINUTE, at_bell: false, run: release_hashing_memory },
    Job { name: "remove_ended_ceremonies", every: MINUTE, at_bell: false, run: remove_ended_ceremonies },
    Job { name: "remove_ended_invitations", every: HOUR, at_bell: false, run: remove_ended_invitations },
    Job { name: "remove_ended_sessions", every: HOUR, at_bell: false, run: remove_ended_sessions },
    Job { name: "rotate_signing_keys", every: HOUR, at_bell: false, run: rotate_signing_keys },
    Job { name: "sweep_authorizations", every: HOUR, at_bell: false, run: sweep_authorizations },
    Job { name: "sweep_departures", every: HOUR, at_bell: false, run: sweep_departures },
    Job { name: "sweep_lockouts", every: HOUR, at_bell: false, run: sweep_lockouts },
    Job { name: "sweep_rate_limits", every: MINUTE, at_bell: false, run: sweep_rate_limits },
];

/// On a thread of its own: a server that takes its time holds up nothing but mail.
const MAIL: &[Job<State>] = &[
    // The bell is for what has just been queued here; the minute for retries, and for what a replica left behind.
    Job { name: "send_mail", every: MINUTE, at_bell: true, run: mail::send_all },
];

/// Starts the jobs. They end when what is answered is dropped.
///
/// # Errors
/// When the system gives no thread.
pub fn start_jobs(state: State) -> anyhow::Result<Jobs> {
    let mail = Jobs::start("auth-mail", state.clone(), MAIL, state.outbox.bell().clone())?;
    Ok(Jobs::start("auth-jobs", state, JOBS, Bell::default())?.and(mail))
}

fn forget_audit_events(state: &State) -> anyhow::Result<()> {
    let days = state.audit_days;
    let forgotten = as_operator(&mut *state.pool.get()?, |connection| AuditEvent::forget(connection, days))?;
    if forgotten > 0 {
        tracing::info!(forgotten, "audit_events_forgotten");
    }
    Ok(())
}

fn sweep_authorizations(state: &State) -> anyhow::Result<()> {
    as_operator(&mut *state.pool.get()?, Authorization::sweep)?;
    Ok(())
}

/// Ended departures are let back by nobody; this is for the rows.
fn sweep_departures(state: &State) -> anyhow::Result<()> {
    as_operator(&mut *state.pool.get()?, Departure::sweep)?;
    Ok(())
}

fn sweep_lockouts(state: &State) -> anyhow::Result<()> {
    as_operator(&mut *state.pool.get()?, |connection| Lockout::sweep(connection, state.lockout))?;
    Ok(())
}

fn sweep_rate_limits(state: &State) -> anyhow::Result<()> {
    RateLimit::sweep(&mut *state.pool.get()?)?;
    Ok(())
}

/// A stranger who asks to sign in by passkey leaves a row.
fn remove_ended_ceremonies(state: &State) -> anyhow::Result<()> {
    as_operator(&mut *state.pool.get()?, PasskeyCeremony::delete_ended_of_all)?;
    Ok(())
}

/// Ended invitations admit nobody; this is for the rows.
fn remove_ended_invitations(state: &State) -> anyhow::Result<()> {
    let removed = as_operator(&mut *state.pool.get()?, Invitation::delete_ended)?;
    if removed > 0 {
        tracing::info!(removed, "ended_invitations_removed");
    }
    Ok(())
}

/// Ended sessions open nothing, and an app that was never shown to work counts for nothing; this is for the rows.
fn remove_ended_sessions(state: &State) -> anyhow::Result<()> {
    let idle_hours = state.session_idle_hours;
    let removed = as_operator(&mut *state.pool.get()?, |connection| {
        PendingSignIn::delete_ended_of_all(connection)?;
        TotpSecret::delete_stale_of_all(connection)?;
        Session::delete_ended_of_all(connection, idle_hours)
    })?;
    if removed > 0 {
        tracing::info!(removed, "ended_sessions_removed");
    }
    Ok(())
}

fn release_hashing_memory(state: &State) -> anyhow::Result<()> {
    state.passwords.release_memory();
    Ok(())
}

fn rotate_signing_keys(state: &State) -> anyhow::Result<()> {
    Ok(state.signing_keys.refresh()?)
}
