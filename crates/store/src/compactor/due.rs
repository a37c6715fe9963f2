//! What waits to be compacted.

use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Double},
};
use tallykeep_domain::AccountId;
use uuid::Uuid;

use super::CompactionSettings;

/// How many accounts are answered at once: the next question has further ones.
const AT_ONCE: i64 = 100;

/// An account whose calendar is not known yet waits for it: it would be cut once more as soon as it is.
const DUE: &str = "
    select account_id from metrics.calendars
    left join (
        select account_id, count(*) as segments, sum(samples) as samples, min(written_at) as since
        from metrics.segments group by account_id
    ) as waiting using (account_id)
    left join (
        select account_id, min(created_at) as since from metrics.deletions group by account_id
    ) as deleted using (account_id)
    where cut_in <> time_zone or deleted.since is not null or waiting.samples >= $1 or waiting.segments >= $2
        or waiting.since <= now() - make_interval(secs => $3)
    order by least(waiting.since, deleted.since), account_id
    limit $4";

const LIMITED: &str = "
    select account_id from metrics.retentions where raw_days is not null
    union select account_id from metrics.metrics where raw_retention_days is not null";

const WAITING: &str = "
    select coalesce(sum(samples), 0)::bigint as samples,
        coalesce(extract(epoch from now() - min(written_at)), 0)::double precision as seconds
    from metrics.segments";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    account_id: Uuid,
}

/// Some of the accounts that are to be compacted, those first of which something has waited the longest. For the
/// operator.
pub(super) fn due(
    connection: &mut PgConnection,
    settings: &CompactionSettings,
) -> QueryResult<Vec<AccountId>> {
    let rows: Vec<Row> = sql_query(DUE)
        .bind::<BigInt, _>(i64::from(settings.after_samples))
        .bind::<BigInt, _>(i64::from(settings.after_segments))
        .bind::<Double, _>(f64::from(settings.after_seconds))
        .bind::<BigInt, _>(AT_ONCE)
        .load(connection)?;
    Ok(rows.into_iter().map(|row| row.account_id.into()).collect())
}

/// The accounts that do not keep all of their samples for ever. For the operator.
pub(super) fn limited(connection: &mut PgConnection) -> QueryResult<Vec<AccountId>> {
    let rows: Vec<Row> = sql_query(LIMITED).load(connection)?;
    Ok(rows.into_iter().map(|row| row.account_id.into()).collect())
}

/// What all accounts' segments hold.
#[derive(Debug, QueryableByName)]
pub(super) struct Waiting {
    /// How many samples.
    #[diesel(sql_type = BigInt)]
    pub(super) samples: i64,
    /// How many seconds the oldest segment has waited.
    #[diesel(sql_type = Double)]
    pub(super) seconds: f64,
}

impl Waiting {
    /// As it is now. For the operator.
    pub(super) fn find(connection: &mut PgConnection) -> QueryResult<Self> {
        sql_query(WAITING).get_result(connection)
    }
}
