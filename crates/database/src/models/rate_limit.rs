//! What a client may ask for in a time, by the generic cell rate algorithm: a row says until when the client has spent
//! what it earns, and each request moves that on by its cost. So there is one number for each client, and no window whose
//! edges could be played with.

use diesel::{
    PgConnection,
    prelude::*,
    sql_query,
    sql_types::{Integer, Text},
};

use crate::schema::auth::rate_limits;

/// Notes one more request of `$1` unless it has spent too much: `$2` in a minute, `$3` at once.
const ADMIT: &str = "
    insert into auth.rate_limits as known (client, spent_until) values ($1, now() + interval '1 minute' / $2)
    on conflict (client) do update set
        spent_until = greatest(known.spent_until, now()) + interval '1 minute' / $2
    where known.spent_until <= now() + interval '1 minute' / $2 * ($3 - 1)";

/// How often a client may ask.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitRules {
    /// In the long run, in a minute; 1 or more.
    pub per_minute: u16,
    /// At once, after a pause; 1 or more.
    pub burst: u16,
}

impl RateLimitRules {
    /// After how many seconds, rounded up, a client that was refused may ask again.
    #[must_use]
    pub fn seconds_for_one(self) -> u32 {
        60_u32.div_ceil(self.per_minute.into())
    }
}

/// The use that one client makes.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit;

impl RateLimit {
    /// Whether `client` may ask once more now, in one statement that also notes it.
    pub fn admit(connection: &mut PgConnection, client: &str, rules: RateLimitRules) -> QueryResult<bool> {
        let noted = sql_query(ADMIT)
            .bind::<Text, _>(client)
            .bind::<Integer, _>(i32::from(rules.per_minute))
            .bind::<Integer, _>(i32::from(rules.burst))
            .execute(connection)?;
        Ok(noted > 0)
    }

    /// Removes the clients that have earned back everything, who are the same as unknown ones.
    pub fn sweep(connection: &mut PgConnection) -> QueryResult<usize> {
        diesel::delete(rate_limits::table)
            .filter(rate_limits::spent_until.le(diesel::dsl::now))
            .execute(connection)
    }
}
