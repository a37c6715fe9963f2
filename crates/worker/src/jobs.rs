//! Starting the work.

use std::{sync::Arc, time::Duration};

use tallykeep_database::Pool;
use tallykeep_service::{Authority, Bell, Job, Jobs};

use crate::Calendars;

const CALENDARS: &[Job<Calendars>] = &[Job {
    name: "learn_time_zones",
    every: Duration::from_secs(60),
    at_bell: false,
    run: Calendars::learn,
}];

/// Starts the jobs. They end when what is answered is dropped.
///
/// They ask `authority` from a runtime of their own, which runs while they do: it must not share its connections with
/// one that answers requests.
///
/// # Errors
/// When the system gives no thread.
pub fn start_jobs(pool: Pool, authority: Arc<dyn Authority>) -> anyhow::Result<Jobs> {
    Jobs::start("worker-calendars", Calendars::new(pool, authority), CALENDARS, Bell::default())
}
