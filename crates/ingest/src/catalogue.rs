//! Finding the series of a request, and making those that are new, with their metrics.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::{PgConnection, QueryResult};
use tallykeep_database::models::{Metric, NewMetric, NewSeries, Series};
use tallykeep_domain::{AccountId, Labels, MetricId, MetricKind, MetricName, SeriesId};
use uuid::Uuid;

/// PostgreSQL takes 65,535 parameters in a statement; a metric has nine.
const ROWS_IN_A_STATEMENT: usize = 5_000;

/// A series as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct NamedSeries {
    pub(crate) metric: MetricName,
    pub(crate) labels: Labels,
    /// What the metric is, should it be new.
    pub(crate) kind: MetricKind,
}

/// The number of each of `wanted`, in its order. A metric or series that is not there yet is made; the transaction
/// acts for `account`.
pub(crate) fn resolve(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[NamedSeries],
) -> QueryResult<Vec<SeriesId>> {
    let metrics = metrics(connection, account, wanted)?;
    let keys = wanted.iter().map(|series| key(series, &metrics)).collect::<QueryResult<Vec<_>>>()?;
    let mut numbers = find_numbers(connection, account, &keys)?;
    let unknown = keys.iter().zip(wanted).filter(|(key, _)| !numbers.contains_key(*key));
    let missing: BTreeMap<Key, &Labels> = unknown.map(|(key, series)| (*key, &series.labels)).collect();
    if !missing.is_empty() {
        insert_missing(connection, account, &missing)?;
        let missing: Vec<_> = missing.into_keys().collect();
        numbers.extend(find_numbers(connection, account, &missing)?);
    }
    keys.iter().map(|key| numbers.get(key).copied().ok_or_else(vanished)).collect()
}

/// What is unique within an account: the metric, and the fingerprint of the labels.
type Key = (Uuid, [u8; 32]);

fn key(series: &NamedSeries, metrics: &HashMap<String, Uuid>) -> QueryResult<Key> {
    let metric = metrics.get(series.metric.as_str()).copied().ok_or_else(vanished)?;
    Ok((metric, *series.labels.fingerprint().as_bytes()))
}

/// In the order of the key over all statements, so that two requests with the same new series do not wait for each
/// other in a circle.
fn insert_missing(
    connection: &mut PgConnection,
    account: AccountId,
    missing: &BTreeMap<Key, &Labels>,
) -> QueryResult<()> {
    let new = missing
        .iter()
        .map(|((metric, _), labels)| NewSeries::new(account, MetricId::from(*metric), labels))
        .collect::<Vec<_>>();
    for new in new.chunks(ROWS_IN_A_STATEMENT) {
        NewSeries::insert_missing(connection, new)?;
    }
    Ok(())
}

fn find_numbers(
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[Key],
) -> QueryResult<HashMap<Key, SeriesId>> {
    let mut numbers = HashMap::new();
    for keys in keys.chunks(ROWS_IN_A_STATEMENT) {
        let metrics: BTreeSet<_> = keys.iter().map(|(metric, _)| *metric).collect();
        let metrics: Vec<_> = metrics.into_iter().collect();
        let fingerprints: Vec<_> = keys.iter().map(|(_, fingerprint)| &fingerprint[..]).collect();
        for (metric, fingerprint, number) in Series::numbers(connection, account, &metrics, &fingerprints)? {
            if let Ok(fingerprint) = fingerprint.try_into() {
                numbers.insert((metric, fingerprint), SeriesId(number));
            }
        }
    }
    Ok(numbers)
}

fn metrics(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[NamedSeries],
) -> QueryResult<HashMap<String, Uuid>> {
    let kinds: BTreeMap<_, _> = wanted.iter().map(|series| (series.metric.as_str(), series.kind)).collect();
    let names: Vec<_> = kinds.keys().copied().collect();
    let mut found = HashMap::new();
    for names in names.chunks(ROWS_IN_A_STATEMENT) {
        found.extend(find_metrics(connection, account, names)?);
        let missing: Vec<_> = names.iter().copied().filter(|name| !found.contains_key(*name)).collect();
        if missing.is_empty() {
            continue;
        }
        let new: Vec<_> = missing.iter().map(|name| new_metric(account, name, kinds[name])).collect();
        NewMetric::insert_missing(connection, &new)?;
        found.extend(find_metrics(connection, account, &missing)?);
    }
    Ok(found)
}

fn find_metrics(
    connection: &mut PgConnection,
    account: AccountId,
    names: &[&str],
) -> QueryResult<Vec<(String, Uuid)>> {
    let metrics = Metric::find_by_names(connection, account, names)?;
    Ok(metrics.into_iter().map(|metric| (metric.name, metric.id.as_uuid())).collect())
}

/// What a metric is until its owner says more: called as the device calls it, combined as its kind suggests, without
/// bounds.
fn new_metric(account: AccountId, name: &str, kind: MetricKind) -> NewMetric<'_> {
    NewMetric {
        account_id: account.as_uuid(),
        id: MetricId::generate().as_uuid(),
        name,
        title: name,
        unit: None,
        kind: kind.as_str(),
        aggregation: kind.default_aggregation().as_str(),
        minimum: None,
        maximum: None,
        raw_retention_days: None,
        rollup_retention_days: None,
    }
}

/// What was just inserted or found is not there. That is a fault of ours, not an unknown name.
fn vanished() -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError("a metric or series vanished while it was looked up".into())
}
