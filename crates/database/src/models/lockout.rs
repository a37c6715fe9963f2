//! Tries in vain to prove who one is, counted by a hash of whom it is about.

use diesel::{
    PgConnection,
    prelude::*,
    sql_query,
    sql_types::{Binary, Integer},
};

use crate::{account_context::commit_without_waiting, schema::auth::lockouts};

/// Counts a failure of `$1` unless it is locked. Minutes: `$3` of the lock, `$4` until failures are forgotten.
const RESERVE: &str = "
    insert into auth.lockouts as known (subject, failures, last_failed_at) values ($1, 1, now())
    on conflict (subject) do update set
        failures = case
            when known.last_failed_at <= now() - make_interval(mins => $4) then 1 else known.failures + 1 end,
        last_failed_at = now()
    where known.failures < $2 or known.last_failed_at <= now() - make_interval(mins => $3)
    returning failures";

/// Takes back one failure of `$1`. A lock of `$2` failures that was over after `$3` minutes stays over.
const TAKE_BACK: &str = "
    with gone as (delete from auth.lockouts where subject = $1 and failures = 1)
    update auth.lockouts set
        failures = failures - 1,
        last_failed_at = case
            when failures > $2 then last_failed_at - make_interval(mins => $3) else last_failed_at end
    where subject = $1 and failures > 1";

/// Removes what failed last so many minutes ago.
const SWEEP: &str = "delete from auth.lockouts where last_failed_at <= now() - make_interval(mins => $1)";

/// How often one may fail, and what follows.
#[derive(Debug, Clone, Copy)]
pub struct LockoutRules {
    /// With so many failures it is locked.
    pub attempts: i32,
    /// For so many minutes after the last one.
    pub lock_minutes: i32,
    /// So many minutes after the last one they are forgotten.
    pub reset_minutes: i32,
}

/// The failures of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Lockout;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Integer)]
    failures: i32,
}

impl Lockout {
    /// Counts a failure of `subject`, a SHA-256 that the transaction presents as its credential, and answers how many
    /// there are now; `None`, and nothing is counted, while it is locked.
    ///
    /// One statement decides and counts, so of many at once no more come through than `rules` allow.
    pub fn reserve(
        connection: &mut PgConnection,
        subject: &[u8],
        rules: LockoutRules,
    ) -> QueryResult<Option<i32>> {
        commit_without_waiting(connection)?;
        let counted: Option<Counted> = sql_query(RESERVE)
            .bind::<Binary, _>(subject)
            .bind::<Integer, _>(rules.attempts)
            .bind::<Integer, _>(rules.lock_minutes)
            .bind::<Integer, _>(rules.reset_minutes)
            .get_result(connection)
            .optional()?;
        Ok(counted.map(|counted| counted.failures))
    }

    /// Takes back a failure of `subject` that [`reserve`](Self::reserve) counted and that was none. The transaction
    /// presents it as its credential.
    ///
    /// Once there were as many as lock it, each further one is let through alone, so that what it did to the time of the
    /// last failure can be undone.
    pub fn take_back(connection: &mut PgConnection, subject: &[u8], rules: LockoutRules) -> QueryResult<()> {
        sql_query(TAKE_BACK)
            .bind::<Binary, _>(subject)
            .bind::<Integer, _>(rules.attempts)
            .bind::<Integer, _>(rules.lock_minutes)
            .execute(connection)
            .map(|_| ())
    }

    /// Forgets the failures of `subject`, which the transaction presents as its credential.
    pub fn release(connection: &mut PgConnection, subject: &[u8]) -> QueryResult<()> {
        diesel::delete(lockouts::table.find(subject)).execute(connection).map(|_| ())
    }

    /// Removes what counts no more under `rules`; the transaction acts for the operator.
    pub fn sweep(connection: &mut PgConnection, rules: LockoutRules) -> QueryResult<usize> {
        let minutes = rules.reset_minutes.max(rules.lock_minutes);
        sql_query(SWEEP).bind::<Integer, _>(minutes).execute(connection)
    }
}
