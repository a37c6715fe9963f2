//! From when on samples are kept.

use std::collections::HashMap;

use diesel::{PgConnection, QueryResult, prelude::*, sql_types::Bool};
use tallykeep_database::{
    models::AccountRetention,
    schema::metrics::{metrics, series},
};
use tallykeep_domain::{AccountId, Instant, Retention, SeriesId};
use uuid::Uuid;

const DAY: i64 = 86_400_000;

/// From when on the samples of a metric are kept, and their pieces; Unix milliseconds, the start of a day of UTC. So a
/// chunk that lies across it is divided once a day at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) samples_from: i64,
    /// `None` is for ever.
    pub(crate) pieces_from: Option<i64>,
}

impl Kept {
    fn by(retention: Retention, now: i64) -> Option<Self> {
        let from = |days: i32| (now - i64::from(days) * DAY).div_euclid(DAY) * DAY;
        let samples_from = from(retention.raw_days()?);
        Some(Self { samples_from, pieces_from: retention.rollup_days().map(from) })
    }
}

/// Those metrics of `account`, which the transaction acts for, whose samples are not kept for ever.
pub(crate) fn limited(connection: &mut PgConnection, account: AccountId) -> QueryResult<HashMap<Uuid, Kept>> {
    let of_account = AccountRetention::find(connection, account)?;
    let by_account = of_account.raw_days.is_some().into_sql::<Bool>();
    let rows: Vec<(Uuid, Option<i32>, Option<i32>)> = metrics::table
        .filter(metrics::account_id.eq(account.as_uuid()))
        .filter(metrics::raw_retention_days.is_not_null().or(by_account))
        .select((metrics::id, metrics::raw_retention_days, metrics::rollup_retention_days))
        .load(connection)?;
    // Both were checked before they were written.
    let of_account = Retention::of_account(of_account.raw_days, of_account.rollup_days).unwrap_or_default();
    let now = Instant::now().as_millis();
    let kept = |(metric, raw, rollup): (Uuid, Option<i32>, Option<i32>)| {
        let retention = Retention::of_metric(raw, rollup).unwrap_or_default().or_of(of_account);
        Some((metric, Kept::by(retention, now)?))
    };
    Ok(rows.into_iter().filter_map(kept).collect())
}

/// From when on the samples of those of `wanted` are kept that are `limited`.
pub(crate) fn samples_from(
    connection: &mut PgConnection,
    account: AccountId,
    limited: &HashMap<Uuid, Kept>,
    wanted: &[SeriesId],
) -> QueryResult<HashMap<SeriesId, i64>> {
    if limited.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<i64> = wanted.iter().map(|series| series.0).collect();
    let rows: Vec<(i64, Uuid)> = series::table
        .filter(series::account_id.eq(account.as_uuid()))
        .filter(series::id.eq_any(wanted))
        .select((series::id, series::metric_id))
        .load(connection)?;
    let from = |(series, metric): (i64, Uuid)| Some((SeriesId(series), limited.get(&metric)?.samples_from));
    Ok(rows.into_iter().filter_map(from).collect())
}
