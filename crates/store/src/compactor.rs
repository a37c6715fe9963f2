//! Deciding which accounts are compacted, and when.

mod due;
mod meters;

use std::time::Instant;

use diesel::{PgConnection, QueryResult, r2d2::R2D2Connection};
use schemars::JsonSchema;
use serde::Deserialize;
use tallykeep_database::as_operator;
use tallykeep_domain::AccountId;

use crate::{CompactError, Round, compact, expire};
use due::{Waiting, due, limited};
use meters::Meters;

/// How many times `after_seconds` a segment may wait before compaction is said to be behind.
const BEHIND: f64 = 3.0;

/// When the segments of an account are merged: as soon as one of these is reached.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompactionSettings {
    /// When so many samples of an account wait to be merged, they are. Fewer mean less to read for a query, and more to
    /// write for each sample.
    pub after_samples: u32,
    /// When so many segments of an account wait to be merged, they are.
    pub after_segments: u32,
    /// When a segment has waited so many seconds to be merged, it is.
    pub after_seconds: u32,
}

impl Default for CompactionSettings {
    fn default() -> Self {
        Self { after_samples: 1_000_000, after_segments: 256, after_seconds: 600 }
    }
}

/// Merges segments into chunks, account by account.
pub struct Compactor {
    settings: CompactionSettings,
    meters: Meters,
}

impl Compactor {
    /// One that keeps to `settings`.
    #[must_use]
    pub fn new(settings: CompactionSettings) -> Self {
        Self { settings, meters: Meters::new() }
    }

    /// Compacts until no account is due, or until `stopped` says so between two rounds. An account gets one round at a
    /// time, in turn, so that a large one does not keep small ones waiting. One that cannot be compacted is logged, and
    /// holds up no other.
    ///
    /// # Errors
    /// When the database fails.
    pub fn run(&self, connection: &mut PgConnection, stopped: impl Fn() -> bool) -> QueryResult<()> {
        let mut progress = true;
        while progress {
            progress = false;
            for account in as_operator(connection, |connection| due(connection, &self.settings))? {
                if stopped() {
                    return Ok(());
                }
                progress |= self.compact(connection, account)?;
            }
        }
        Ok(())
    }

    /// Gives up what accounts do not have kept any longer, until `stopped` says so between two accounts. One that cannot
    /// be gone through is logged, and holds up no other.
    ///
    /// # Errors
    /// When the database fails.
    pub fn expire(&self, connection: &mut PgConnection, stopped: impl Fn() -> bool) -> QueryResult<()> {
        for account in as_operator(connection, limited)? {
            if stopped() {
                break;
            }
            match expire(connection, account) {
                Ok(None | Some(0)) => {}
                Ok(Some(chunks)) => tracing::info!("account.id" = %account, chunks, "samples_expired"),
                Err(error) => failed(connection, account, &error, "expiry_failed")?,
            }
        }
        Ok(())
    }

    /// Tells by its metrics what waits, and by the log when that waits for too long.
    ///
    /// # Errors
    /// When the database fails.
    pub fn measure(&self, connection: &mut PgConnection) -> QueryResult<()> {
        let waiting = as_operator(connection, Waiting::find)?;
        self.meters.waiting(&waiting);
        if waiting.seconds > BEHIND * f64::from(self.settings.after_seconds) {
            tracing::warn!(lag_s = waiting.seconds, samples = waiting.samples, "compaction_behind");
        }
        Ok(())
    }

    /// Does a round for `account` and answers whether it got anywhere: not when another worker is at it, either.
    fn compact(&self, connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
        let begin = Instant::now();
        match compact(connection, account) {
            Ok(None) => Ok(false),
            Ok(Some(round)) => {
                self.meters.compacted(&round, begin);
                Ok(got_somewhere(&round))
            }
            Err(error) => failed(connection, account, &error, "compaction_failed").map(|()| false),
        }
    }
}

/// Logs it; an error where it is the connection that is gone, which is no fault of the account.
fn failed(
    connection: &mut PgConnection,
    account: AccountId,
    error: &CompactError,
    event: &str,
) -> QueryResult<()> {
    tracing::error!("account.id" = %account, %error, "{event}");
    connection.ping()
}

fn got_somewhere(round: &Round) -> bool {
    round.segments + round.deletions + round.samples_written > 0
}
