//! Series: a metric with one set of labels.

use diesel::{PgConnection, prelude::*};
use tallykeep_domain::{AccountId, Labels, MetricId, MetricPrefix, SeriesId};
use uuid::Uuid;

use crate::schema::{
    metrics::{metrics, series},
    starts_with,
};

/// A series as a reader needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its number.
    pub id: SeriesId,
    /// The name of its metric.
    pub metric: String,
    /// What tells it from the metric's other series.
    pub labels: Labels,
}

/// A series to add.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = series)]
pub struct NewSeries {
    account_id: Uuid,
    metric_id: Uuid,
    fingerprint: Vec<u8>,
    labels: serde_json::Value,
}

/// Which of an account's series to read.
#[derive(Debug, Clone, Copy)]
pub struct SeriesPage<'a> {
    /// Of this metric only.
    pub metric: Option<MetricId>,
    /// Of metrics whose names begin so.
    pub within: &'a MetricPrefix,
    /// With all of these labels.
    pub labels: &'a Labels,
    /// Behind this series.
    pub after: SeriesId,
    /// At most so many.
    pub limit: i64,
}

impl NewSeries {
    /// The series of `metric` with `labels`.
    #[must_use]
    pub fn new(account: AccountId, metric: MetricId, labels: &Labels) -> Self {
        Self {
            account_id: account.as_uuid(),
            metric_id: metric.as_uuid(),
            fingerprint: labels.fingerprint().as_bytes().to_vec(),
            labels: to_json(labels),
        }
    }

    /// Inserts those that are new.
    pub fn insert_missing(connection: &mut PgConnection, new: &[Self]) -> QueryResult<usize> {
        diesel::insert_into(series::table)
            .values(new)
            .on_conflict((series::account_id, series::metric_id, series::fingerprint))
            .do_nothing()
            .execute(connection)
    }
}

impl Series {
    /// The numbers of an account's series by metric and fingerprint, among `metrics` and `fingerprints`.
    pub fn numbers(
        connection: &mut PgConnection,
        account: AccountId,
        metrics: &[Uuid],
        fingerprints: &[&[u8]],
    ) -> QueryResult<Vec<(Uuid, Vec<u8>, i64)>> {
        series::table
            .filter(series::account_id.eq(account.as_uuid()))
            .filter(series::metric_id.eq_any(metrics))
            .filter(series::fingerprint.eq_any(fingerprints))
            .select((series::metric_id, series::fingerprint, series::id))
            .load(connection)
    }

    /// All series of a metric that have `labels`.
    pub fn matching(
        connection: &mut PgConnection,
        account: AccountId,
        metric: MetricId,
        labels: &Labels,
    ) -> QueryResult<Vec<Self>> {
        let within = &MetricPrefix::default();
        let all =
            SeriesPage { metric: Some(metric), within, labels, after: SeriesId(i64::MIN), limit: i64::MAX };
        Self::page(connection, account, all)
    }

    /// A page of an account's series, in the order of their numbers.
    pub fn page(
        connection: &mut PgConnection,
        account: AccountId,
        page: SeriesPage<'_>,
    ) -> QueryResult<Vec<Self>> {
        let mut query = series::table
            .inner_join(
                metrics::table
                    .on(metrics::account_id.eq(series::account_id).and(metrics::id.eq(series::metric_id))),
            )
            .filter(series::account_id.eq(account.as_uuid()))
            .filter(series::id.gt(page.after.0))
            .filter(starts_with(metrics::name, page.within.as_str()))
            .filter(series::labels.contains(to_json(page.labels)))
            .order(series::id)
            .limit(page.limit)
            .select((series::id, metrics::name, series::labels))
            .into_boxed();
        if let Some(metric) = page.metric {
            query = query.filter(series::metric_id.eq(metric.as_uuid()));
        }
        let rows: Vec<(i64, String, serde_json::Value)> = query.load(connection)?;
        rows.into_iter()
            .map(|(id, metric, labels)| Ok(Self { id: SeriesId(id), metric, labels: from_json(labels)? }))
            .collect()
    }
}

fn to_json(labels: &Labels) -> serde_json::Value {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn from_json(labels: serde_json::Value) -> QueryResult<Labels> {
    let damaged = |reason: String| diesel::result::Error::DeserializationError(reason.into());
    let pairs: std::collections::BTreeMap<String, String> =
        serde_json::from_value(labels).map_err(|error| damaged(error.to_string()))?;
    Labels::new(pairs).map_err(|error| damaged(error.to_string()))
}
