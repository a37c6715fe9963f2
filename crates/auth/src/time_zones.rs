//! Telling other services in which time zones accounts count their days.

use jiff::{SignedDuration, Timestamp};
use tallykeep_database::{as_operator, models::Account};
use tallykeep_service::{AccountTimeZone, Problem, TimeZonesQuery, TimeZonesResponse, paging, run_db};

use crate::State;

/// For how long a change may be under way, and hidden, after the time that is noted of it. What was told within this
/// time is told once more.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(5);

/// How many accounts a page holds.
const AT_ONCE: u32 = 1_000;

impl State {
    /// The time zones that `query` asks for. An account that is being erased is left out.
    pub(crate) async fn time_zones(&self, query: TimeZonesQuery) -> Result<TimeZonesResponse, Problem> {
        let as_of = Timestamp::now() - UNDER_WAY;
        let limit = paging::parse_limit(Some(AT_ONCE))?;
        let TimeZonesQuery { changed_since, cursor } = query;
        let mut accounts = run_db(&self.pool, move |connection| {
            as_operator(connection, |connection| {
                Account::time_zones(connection, changed_since, cursor, limit.and_one_more())
            })
        })
        .await?;
        let next_cursor = paging::cut(&mut accounts, limit).map(|(account, _)| *account);
        let respond = |(account, time_zone)| AccountTimeZone { account, time_zone };
        Ok(TimeZonesResponse { items: accounts.into_iter().map(respond).collect(), as_of, next_cursor })
    }
}
