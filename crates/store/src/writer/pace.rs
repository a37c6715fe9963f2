//! Whether compaction keeps pace with what an account writes.

use std::{collections::HashMap, time::Duration};

use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Uuid},
};
use tallykeep_database::{PooledConnection, as_account};
use tallykeep_domain::AccountId;

/// For how long an account that is ahead of compaction is passed over. It goes on all the same, some ten batches a
/// second: should nobody compact at all, no sample is lost for that.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// Samples of each account that were committed since it was last looked how many wait to be compacted.
pub(super) struct Pace {
    most_uncompacted: i64,
    unseen: HashMap<AccountId, i64>,
}

impl Pace {
    pub(super) fn new(most_uncompacted: u32) -> Self {
        Self { most_uncompacted: most_uncompacted.into(), unseen: HashMap::new() }
    }

    /// Counts what was just committed, and answers which of these accounts are ahead of compaction. It is looked in the
    /// database now and then only, so that it costs next to nothing, and by a connection that is at hand: what cannot be
    /// found out holds nobody up.
    pub(super) fn ahead(
        &mut self,
        connection: Option<&mut PooledConnection>,
        committed: impl Iterator<Item = (AccountId, usize)>,
    ) -> Vec<AccountId> {
        let look_after = self.most_uncompacted / 8;
        let mut due = Vec::new();
        for (account, samples) in committed {
            let unseen = self.unseen.entry(account).or_default();
            *unseen = unseen.saturating_add(i64::try_from(samples).unwrap_or(i64::MAX));
            if *unseen > look_after {
                due.push(account);
            }
        }
        let Some(connection) = connection else { return Vec::new() };
        let is_ahead = |account: &AccountId| {
            let uncompacted = find(connection, *account).unwrap_or_default();
            uncompacted > self.most_uncompacted
        };
        let (ahead, not): (Vec<_>, Vec<_>) = due.into_iter().partition(is_ahead);
        for account in not {
            self.unseen.remove(&account);
        }
        ahead
    }
}

#[derive(QueryableByName)]
struct Uncompacted {
    #[diesel(sql_type = BigInt)]
    samples: i64,
}

/// How many samples of `account` wait to be compacted. Only so many segments are counted as take some milliseconds: who
/// sends so fast that it matters has large ones.
fn find(connection: &mut PgConnection, account: AccountId) -> QueryResult<i64> {
    const SQL: &str = "select coalesce(sum(samples), 0)::bigint as samples
        from (select samples from metrics.segments where account_id = $1 limit 20000) as counted";
    as_account(connection, account, |connection| {
        let row: Uncompacted = sql_query(SQL).bind::<Uuid, _>(account.as_uuid()).get_result(connection)?;
        Ok(row.samples)
    })
}
