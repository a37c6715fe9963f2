//! Starting the work.

use std::{sync::Arc, time::Duration};

use tallykeep_database::Pool;
use tallykeep_service::{Authority, Bell, Job, Jobs};
use tallykeep_store::Compactor;

use crate::{Calendars, WorkerSettings};

const CALENDARS: &[Job<Calendars>] = &[Job {
    name: "learn_time_zones",
    every: Duration::from_secs(60),
    at_bell: false,
    run: Calendars::learn,
}];

const COMPACTION: &[Job<Compaction>] = &[
    Job { name: "compact", every: Duration::from_secs(10), at_bell: false, run: compact },
    // What it removes is counted in days.
    Job { name: "expire", every: Duration::from_secs(6 * 3_600), at_bell: false, run: expire },
];

/// On a thread of its own: a compaction that takes long is what it is to tell of.
const WATCH: &[Job<Compaction>] =
    &[Job { name: "measure_compaction", every: Duration::from_secs(30), at_bell: false, run: measure }];

/// Compaction, and how it is told to end.
#[derive(Clone)]
struct Compaction {
    pool: Pool,
    compactor: Arc<Compactor>,
    bell: Bell,
}

/// Starts the jobs. They end when what is answered is dropped, compaction once the round that is under way is done.
///
/// They ask `authority` from a runtime of their own, which runs while they do: it must not share its connections with
/// one that answers requests.
///
/// # Errors
/// When the system gives no thread.
pub fn start_jobs(
    settings: &WorkerSettings,
    pool: &Pool,
    authority: Arc<dyn Authority>,
) -> anyhow::Result<Jobs> {
    let calendars = Calendars::new(pool.clone(), authority);
    let compaction = Compaction {
        pool: pool.clone(),
        compactor: Arc::new(Compactor::new(settings.compaction.clone())),
        bell: Bell::default(),
    };
    let watch = Jobs::start("worker-watch", compaction.clone(), WATCH, Bell::default())?;
    let bell = compaction.bell.clone();
    let compacting = Jobs::start("worker-compaction", compaction, COMPACTION, bell)?;
    Ok(Jobs::start("worker-calendars", calendars, CALENDARS, Bell::default())?.and(compacting).and(watch))
}

fn expire(compaction: &Compaction) -> anyhow::Result<()> {
    let connection = &mut *compaction.pool.get()?;
    Ok(compaction.compactor.expire(connection, || compaction.bell.is_stopped())?)
}

fn compact(compaction: &Compaction) -> anyhow::Result<()> {
    let connection = &mut *compaction.pool.get()?;
    Ok(compaction.compactor.run(connection, || compaction.bell.is_stopped())?)
}

fn measure(compaction: &Compaction) -> anyhow::Result<()> {
    Ok(compaction.compactor.measure(&mut *compaction.pool.get()?)?)
}
