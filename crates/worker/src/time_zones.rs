//! Learning in which time zones accounts count their days.

use std::{cell::Cell, sync::Arc};

use diesel::PgConnection;
use jiff::Timestamp;
use tallykeep_database::{Pool, as_account, as_operator, models::Calendar};
use tallykeep_domain::parse_time_zone;
use tallykeep_service::{AccountTimeZone, Authority, TimeZonesQuery};
use tokio::runtime::Builder;

/// What a new account is given whose own zone this release does not know: without a calendar it would not be compacted.
const UNKNOWN: &str = "UTC";

/// The calendars of all accounts, as the auth service tells them.
pub struct Calendars {
    pool: Pool,
    authority: Arc<dyn Authority>,
    /// Up to when every change was told. A worker that starts asks for all accounts, so nothing of it has to be kept.
    as_of: Cell<Option<Timestamp>>,
}

impl Calendars {
    /// Those that `authority` tells of, to be noted by `pool`. Nothing is asked yet.
    #[must_use]
    pub fn new(pool: Pool, authority: Arc<dyn Authority>) -> Self {
        Self { pool, authority, as_of: Cell::default() }
    }

    /// Asks which accounts came to another time zone since the last time, and notes it. Not for a thread of a runtime:
    /// it asks from one of its own.
    ///
    /// # Errors
    /// When the auth service or the database is away. The next time asks once more.
    pub fn learn(&self) -> anyhow::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut query = TimeZonesQuery { changed_since: self.as_of.get(), cursor: None };
        let mut as_of = None;
        loop {
            let page = runtime.block_on(self.authority.time_zones(query))?;
            // What changes while the pages are read may lie before them: the first page says where to go on.
            as_of.get_or_insert(page.as_of);
            note(&mut *self.pool.get()?, &page.items)?;
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        self.as_of.set(as_of);
        Ok(())
    }
}

/// Notes those of `accounts` that are not noted so already, each for itself.
fn note(connection: &mut PgConnection, accounts: &[AccountTimeZone]) -> anyhow::Result<()> {
    let ids: Vec<_> = accounts.iter().map(|told| told.account).collect();
    let known = as_operator(connection, |connection| Calendar::time_zones(connection, &ids))?;
    for AccountTimeZone { account, time_zone } in accounts {
        if known.get(account) == Some(time_zone) {
            continue;
        }
        let time_zone = match parse_time_zone(time_zone) {
            Ok(_) => time_zone,
            // A later release of the auth service may know it while this one still runs.
            Err(error) => {
                tracing::warn!("account.id" = %account, %error, "time_zone_unknown");
                match known.get(account) {
                    Some(_) => continue,
                    None => UNKNOWN,
                }
            }
        };
        as_account(connection, *account, |connection| Calendar::set(connection, *account, time_zone))?;
        tracing::debug!("account.id" = %account, time_zone, "time_zone_noted");
    }
    Ok(())
}
