//! Finding the series of a request, and making those that are new, with their metrics.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diesel::{PgConnection, QueryResult};
use tallykeep_database::models::{Metric, NewMetric, NewSeries, Series, SeriesCount};
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

/// What tells a series from every other one of its account: its metric's name, and the fingerprint of its labels.
type Key<'a> = (&'a str, [u8; 32]);

/// A series with its key, which takes a while to work out.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    key: Key<'a>,
    series: &'a NamedSeries,
}

impl<'a> Wanted<'a> {
    fn new(series: &'a NamedSeries) -> Self {
        Self { key: (series.metric.as_str(), *series.labels.fingerprint().as_bytes()), series }
    }
}

/// The number of each of `wanted`, in its order. A metric or series that is not there yet is made, as long as the account
/// has no more than `most` series; `None` stands for those after that. The transaction acts for `account`.
pub(crate) fn resolve(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[NamedSeries],
    most: i64,
) -> QueryResult<Vec<Option<SeriesId>>> {
    let wanted: Vec<_> = wanted.iter().map(Wanted::new).collect();
    let mut numbers = find(connection, account, &wanted)?;
    let new = missing(&wanted, &numbers);
    if !new.is_empty() && !is_full(connection, account, most)? {
        numbers.extend(make(connection, account, &new, most)?);
    }
    Ok(wanted.iter().map(|wanted| numbers.get(&wanted.key).copied()).collect())
}

/// Whether `account` has no room left: the count only grows. Who is at the bound is not kept waiting for the lock, nor
/// others by it.
fn is_full(connection: &mut PgConnection, account: AccountId, most: i64) -> QueryResult<bool> {
    Ok(SeriesCount::find(connection, account)?.is_some_and(|count| count >= most))
}

/// The numbers of `new`, of which as many are made as there is room for.
fn make<'a>(
    connection: &mut PgConnection,
    account: AccountId,
    new: &[Wanted<'a>],
    most: i64,
) -> QueryResult<HashMap<Key<'a>, SeriesId>> {
    let count = SeriesCount::lock(connection, account)?;
    // While this one waited for the lock others may have made them.
    let mut numbers = find(connection, account, new)?;
    let mut new = missing(new, &numbers);
    new.truncate(usize::try_from(most - count).unwrap_or_default());
    insert(connection, account, &new)?;
    numbers.extend(find(connection, account, &new)?);
    if missing(&new, &numbers).is_empty() { Ok(numbers) } else { Err(vanished()) }
}

/// Those of `wanted` that have no number, each once.
fn missing<'a>(wanted: &[Wanted<'a>], numbers: &HashMap<Key<'_>, SeriesId>) -> Vec<Wanted<'a>> {
    let mut seen = HashSet::new();
    let is_missing = |wanted: &&Wanted<'a>| !numbers.contains_key(&wanted.key) && seen.insert(wanted.key);
    wanted.iter().filter(is_missing).copied().collect()
}

/// The numbers of those of `wanted` that are there.
fn find<'a>(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[Wanted<'a>],
) -> QueryResult<HashMap<Key<'a>, SeriesId>> {
    let metrics = find_metrics(connection, account, wanted)?;
    let names: HashMap<Uuid, &str> = metrics.iter().map(|(name, metric)| (*metric, *name)).collect();
    let mut numbers = HashMap::new();
    for wanted in wanted.chunks(ROWS_IN_A_STATEMENT) {
        let ids: BTreeSet<_> =
            wanted.iter().filter_map(|wanted| metrics.get(wanted.key.0).copied()).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let fingerprints: Vec<_> = wanted.iter().map(|wanted| &wanted.key.1[..]).collect();
        for (metric, fingerprint, number) in Series::numbers(connection, account, &ids, &fingerprints)? {
            if let (Some(&name), Ok(fingerprint)) = (names.get(&metric), fingerprint.try_into()) {
                numbers.insert((name, fingerprint), SeriesId(number));
            }
        }
    }
    Ok(numbers)
}

/// Makes the series `new`, whose account is locked.
fn insert<'a>(connection: &mut PgConnection, account: AccountId, new: &[Wanted<'a>]) -> QueryResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let metrics = find_or_make_metrics(connection, account, new)?;
    let key = |Wanted { key: (name, fingerprint), series }: &Wanted<'a>| {
        Ok(((metrics.get(name).copied().ok_or_else(vanished)?, *fingerprint), &series.labels))
    };
    // In the order of their keys: a release that does not lock the account inserts them so, too, and neither waits for the
    // other in a circle.
    let rows: BTreeMap<_, _> = new.iter().map(key).collect::<QueryResult<_>>()?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|((metric, _), labels)| NewSeries::new(account, MetricId::from(metric), labels))
        .collect();
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_IN_A_STATEMENT) {
        inserted += NewSeries::insert_missing(connection, rows)?;
    }
    SeriesCount::add(connection, account, i64::try_from(inserted).unwrap_or(i64::MAX))
}

fn find_or_make_metrics<'a>(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[Wanted<'a>],
) -> QueryResult<HashMap<&'a str, Uuid>> {
    let found = find_metrics(connection, account, wanted)?;
    let kinds: BTreeMap<_, _> = wanted
        .iter()
        .filter(|wanted| !found.contains_key(wanted.key.0))
        .map(|wanted| (wanted.key.0, wanted.series.kind))
        .collect();
    if kinds.is_empty() {
        return Ok(found);
    }
    let new: Vec<_> = kinds.iter().map(|(name, kind)| new_metric(account, name, *kind)).collect();
    for new in new.chunks(ROWS_IN_A_STATEMENT) {
        NewMetric::insert_missing(connection, new)?;
    }
    find_metrics(connection, account, wanted)
}

fn find_metrics<'a>(
    connection: &mut PgConnection,
    account: AccountId,
    wanted: &[Wanted<'a>],
) -> QueryResult<HashMap<&'a str, Uuid>> {
    let names: BTreeSet<_> = wanted.iter().map(|wanted| wanted.key.0).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut found = HashMap::new();
    for names in names.chunks(ROWS_IN_A_STATEMENT) {
        let metrics = Metric::find_by_names(connection, account, names)?;
        let ids: HashMap<_, _> =
            metrics.into_iter().map(|metric| (metric.name, metric.id.as_uuid())).collect();
        found.extend(names.iter().filter_map(|name| Some((*name, *ids.get(*name)?))));
    }
    Ok(found)
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
