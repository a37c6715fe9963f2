//! Points of groups of series, from segments, chunks and pieces alike.

use std::collections::BTreeMap;

use diesel::{RunQueryDsl, sql_query};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use tallykeep_database::{ServiceRole, as_reader};
use tallykeep_domain::{AccountId, Aggregation, Instant, Quantile, SeriesId};
use tallykeep_store::{Groups, Method, ReadError, Scan, Steps, increase, scan};
use tokio::runtime::Builder;

use crate::{Store, range, store::Row};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Points by group: the start of a step, and its value.
type Points = BTreeMap<char, Vec<(i64, f64)>>;

/// A sample as time, series, value, and by how much that is more than the one before it.
type Grown = (i64, i64, f64, f64);

/// The group of a series: the first two are together.
fn group(series: i64) -> char {
    if series < 3 { 'a' } else { 'b' }
}

fn try_points(
    store: &Store,
    account: AccountId,
    series: &[i64],
    edges: &[i64],
    method: Method,
) -> Result<Points, ReadError> {
    let edges: Vec<_> = edges.iter().map(|edge| Instant::from_millis(*edge).unwrap()).collect();
    let steps = Steps::new(&edges, method, 1_000);
    let alone = series.len() == 1;
    let series = series.iter().copied().map(SeriesId).collect();
    let question = Scan {
        account,
        series: &series,
        range: steps.range().unwrap(),
        grid: steps.grid(alone),
        most_recent: 10_000,
        threads: 2,
    };
    let mut groups = Groups::new(&steps, 1_000);
    as_reader(&mut store.database.connect(ServiceRole::Query), account, |connection| {
        scan(connection, &question, &steps, |series, points| groups.add(group(series.0), points))
    })?;
    let points = groups.into_points().map(|(group, points)| {
        (group, points.iter().map(|point| (point.start.as_millis(), point.value)).collect())
    });
    Ok(points.collect())
}

fn points(store: &Store, account: AccountId, series: &[i64], edges: &[i64], method: Method) -> Points {
    try_points(store, account, series, edges, method).unwrap()
}

const AVERAGE: Method = Method::By(Aggregation::Avg);

fn methods() -> Vec<Method> {
    let quantiles = [0.0, 0.5, 0.9].map(|number| Method::Quantile(Quantile::try_from(number).unwrap()));
    Aggregation::ALL.iter().map(|aggregation| Method::By(*aggregation)).chain(quantiles).collect()
}

#[derive(Debug, Clone)]
enum Operation {
    Append(Vec<Row>),
    Delete(i64, i64, i64),
    Compact,
}

#[derive(Debug, Clone)]
struct Case {
    operations: Vec<Operation>,
    zone: &'static str,
    series: Vec<i64>,
    edges: Vec<i64>,
    method: Method,
}

fn case() -> impl Strategy<Value = Case> {
    // Two days, in steps that fall on few edges.
    let time = (0_i64..400).prop_map(|n| n * 7 * MINUTE);
    let row = (1_i64..=3, time, 0_i32..100).prop_map(|(series, at, value)| (series, at, f64::from(value)));
    let append = vec(row, 1..60).prop_map(Operation::Append);
    let delete = (1_i64..=3, 0_i64..48, 1_i64..5)
        .prop_map(|(series, hour, hours)| Operation::Delete(series, hour * HOUR, (hour + hours) * HOUR));
    let operation = prop_oneof![4 => append, 1 => delete, 2 => Just(Operation::Compact)];
    // Steps of half an hour and more, and some whose edges lie within hours, as midnight in Kathmandu does.
    let edges = (select(vec![30, 60, 180, 1_440]), select(vec![0, 15]), 0_i64..20, 1_i64..20).prop_map(
        |(length, offset, first, steps)| {
            (first..=first + steps).map(|step| (step * length + offset) * MINUTE).collect::<Vec<_>>()
        },
    );
    let series = select(vec![vec![1], vec![1, 2], vec![1, 2, 3]]);
    let zone = select(vec!["UTC", "Asia/Kathmandu"]);
    let methods = methods();
    (vec(operation, 1..12), zone, series, edges, any::<Index>()).prop_map(
        move |(operations, zone, series, edges, method)| Case {
            operations,
            zone,
            series,
            edges,
            method: *method.get(&methods),
        },
    )
}

impl Case {
    async fn run(&self, store: &Store, account: AccountId) -> BTreeMap<(i64, i64), f64> {
        let zone = format!(
            "insert into metrics.calendars (account_id, time_zone, cut_in) values ('{account}', '{0}', '{0}')",
            self.zone
        );
        assert_eq!(sql_query(zone).execute(&mut store.database.connect_as_superuser()), Ok(1));
        let mut model = BTreeMap::new();
        for operation in &self.operations {
            match operation {
                Operation::Append(rows) => {
                    store.append(account, rows).await;
                    model.extend(rows.iter().map(|&(series, at, value)| ((series, at), value)));
                }
                Operation::Delete(series, start, end) => {
                    store.delete(account, &[*series], range(*start, *end));
                    model.retain(|(of, at), _| of != series || !(*start..*end).contains(at));
                }
                Operation::Compact => {
                    store.compact(account);
                }
            }
        }
        model
    }

    /// The points without a thought for speed.
    fn naive(&self, model: &BTreeMap<(i64, i64), f64>) -> Points {
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        let looked_back = first - (self.edges[1] - first);
        let mut steps: BTreeMap<(char, usize), Vec<Grown>> = BTreeMap::new();
        for &series in &self.series {
            let mut before = None;
            for (&(_, at), &value) in model.range((series, looked_back)..(series, last)) {
                let grown = before.map_or(0.0, |before| increase(before, value));
                before = Some(value);
                if at >= first {
                    let step = self.edges.partition_point(|edge| *edge <= at) - 1;
                    steps.entry((group(series), step)).or_default().push((at, series, value, grown));
                }
            }
        }
        let mut points = Points::new();
        for ((group, step), mut samples) in steps {
            samples.sort_by_key(|&(at, series, ..)| (at, series));
            let seconds = (self.edges[step + 1] - self.edges[step]) as f64 / 1_000.0;
            points.entry(group).or_default().push((self.edges[step], self.combine(&samples, seconds)));
        }
        points
    }

    fn combine(&self, samples: &[Grown], seconds: f64) -> f64 {
        let mut values: Vec<f64> = samples.iter().map(|sample| sample.2).collect();
        let (sum, count) = (values.iter().sum::<f64>(), values.len() as f64);
        let grown: f64 = samples.iter().map(|sample| sample.3).sum();
        let last = values[values.len() - 1];
        values.sort_by(f64::total_cmp);
        match self.method {
            Method::By(Aggregation::Avg) => sum / count,
            Method::By(Aggregation::Min) => values[0],
            Method::By(Aggregation::Max) => values[values.len() - 1],
            Method::By(Aggregation::Sum) => sum,
            Method::By(Aggregation::Count) => count,
            Method::By(Aggregation::Last) => last,
            Method::By(Aggregation::Increase) => grown,
            Method::By(Aggregation::Rate) => grown / seconds,
            Method::Quantile(quantile) => {
                let rank = quantile.as_f64() * (count - 1.0);
                let (below, share) = (rank.floor() as usize, rank.fract());
                let above = values[(below + 1).min(values.len() - 1)];
                if share == 0.0 { values[below] } else { values[below] * (1.0 - share) + above * share }
            }
        }
    }
}

#[test]
fn points_are_what_a_naive_model_makes_of_whatever_was_written_deleted_and_compacted() {
    let store = Store::new();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(96) });
    let result = runner.run(&case(), |case| {
        let account = AccountId::generate();
        let model = runtime.block_on(case.run(&store, account));
        let found = points(&store, account, &case.series, &case.edges, case.method);
        prop_assert_eq!(found, case.naive(&model));
        Ok(())
    });
    result.unwrap();
}

/// A compacted series with a sample every ten minutes of three hours: 0, 1, 2 …
async fn three_hours() -> (Store, AccountId) {
    let (store, account) = (Store::new(), AccountId::generate());
    let rows: Vec<Row> = (0..18).map(|n| (1, n * 10 * MINUTE, n as f64)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    (store, account)
}

/// Turns over bits of the samples of every chunk. Whoever looks at them finds out.
fn damage(store: &Store) {
    let sql = "update metrics.chunks set sample_values = sample_values || '\\x00'";
    assert_eq!(sql_query(sql).execute(&mut store.database.connect_as_superuser()), Ok(1));
}

#[tokio::test]
async fn steps_of_whole_hours_are_answered_from_pieces_without_a_look_at_the_samples() {
    let (store, account) = three_hours().await;
    damage(&store);
    let hours = [0, HOUR, 2 * HOUR, 3 * HOUR];
    let expected = BTreeMap::from([('a', vec![(0, 2.5), (HOUR, 8.5), (2 * HOUR, 14.5)])]);
    assert_eq!(points(&store, account, &[1], &hours, AVERAGE), expected);
    // What is not compacted yet stands behind the chunk, and changes nothing of that.
    store.append(account, &[(1, 2 * HOUR + 55 * MINUTE, 28.0)]).await;
    let expected = BTreeMap::from([('a', vec![(0, 2.5), (HOUR, 8.5), (2 * HOUR, 115.0 / 7.0)])]);
    assert_eq!(points(&store, account, &[1], &hours, AVERAGE), expected);
}

#[tokio::test]
async fn damaged_samples_are_named_by_whoever_needs_them() {
    let (store, account) = three_hours().await;
    damage(&store);
    let half_hours = [0, HOUR / 2, HOUR];
    let median = Method::Quantile(Quantile::try_from(0.5).unwrap());
    for (edges, method) in [(&half_hours[..], AVERAGE), (&[0, HOUR], median)] {
        let found = try_points(&store, account, &[1], edges, method);
        let named = matches!(found, Err(ReadError::DamagedChunk { series: SeriesId(1), earliest: 0, .. }));
        assert!(named, "{found:?}");
    }
    // A late sample within the chunk: its pieces do not know of it.
    store.append(account, &[(1, 5 * MINUTE, 1.0)]).await;
    assert!(try_points(&store, account, &[1], &[0, HOUR], AVERAGE).is_err());
}

#[tokio::test]
async fn pieces_whose_arrays_do_not_fit_are_damaged() {
    let (store, account) = three_hours().await;
    let sql = "update metrics.chunks set piece_sums = piece_sums[1:2]";
    assert_eq!(sql_query(sql).execute(&mut store.database.connect_as_superuser()), Ok(1));
    let found = try_points(&store, account, &[1], &[0, HOUR], AVERAGE);
    assert!(matches!(found, Err(ReadError::DamagedChunk { .. })), "{found:?}");
    assert_eq!(store.read(account, &[1], range(0, HOUR)).len(), 6);
}

#[tokio::test]
async fn where_samples_were_given_up_each_hour_stands_at_its_start() {
    let (store, account) = three_hours().await;
    let worn = "update metrics.chunks set times = null, sample_values = null";
    assert_eq!(sql_query(worn).execute(&mut store.database.connect_as_superuser()), Ok(1));
    let two_hours = [0, 2 * HOUR, 4 * HOUR];
    let expected = BTreeMap::from([('a', vec![(0, 5.5), (2 * HOUR, 14.5)])]);
    assert_eq!(points(&store, account, &[1], &two_hours, AVERAGE), expected);
    let half_hours: Vec<_> = (0..=6).map(|n| n * HOUR / 2).collect();
    let sums = points(&store, account, &[1], &half_hours, Method::By(Aggregation::Sum));
    assert_eq!(sums, BTreeMap::from([('a', vec![(0, 15.0), (HOUR, 51.0), (2 * HOUR, 87.0)])]));
    let growth = points(&store, account, &[1], &half_hours, Method::By(Aggregation::Increase));
    assert_eq!(growth, BTreeMap::from([('a', vec![(0, 5.0), (HOUR, 6.0), (2 * HOUR, 6.0)])]));
    // Samples that came later are there beside them.
    store.append(account, &[(1, HOUR + 40 * MINUTE, 100.0)]).await;
    let sums = points(&store, account, &[1], &half_hours, Method::By(Aggregation::Sum));
    let expected = vec![(0, 15.0), (HOUR, 51.0), (HOUR * 3 / 2, 100.0), (2 * HOUR, 87.0)];
    assert_eq!(sums, BTreeMap::from([('a', expected)]));
    assert_eq!(store.read_all(account), [(1, HOUR + 40 * MINUTE, 100.0)]);
}

#[tokio::test]
async fn an_hour_of_which_a_part_is_deleted_goes_whole_where_only_its_sum_is_left() {
    let (store, account) = three_hours().await;
    let worn = "update metrics.chunks set times = null, sample_values = null";
    assert_eq!(sql_query(worn).execute(&mut store.database.connect_as_superuser()), Ok(1));
    store.delete(account, &[1], range(HOUR, HOUR + 1));
    let hours = [0, HOUR, 2 * HOUR, 3 * HOUR];
    let expected = BTreeMap::from([('a', vec![(0, 2.5), (2 * HOUR, 14.5)])]);
    assert_eq!(points(&store, account, &[1], &hours, AVERAGE), expected);
}

#[tokio::test]
async fn a_reader_sees_what_was_there_when_it_began_whatever_is_compacted_meanwhile() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 0, 1.0), (1, MINUTE, 2.0)]).await;
    let series = [SeriesId(1)].into_iter().collect();
    let read = || {
        let connection = &mut store.database.connect(ServiceRole::Query);
        as_reader(connection, account, |connection| {
            let all = |connection: &mut _| {
                tallykeep_store::read(connection, account, &series, tallykeep_domain::TimeRange::ALL, 10)
            };
            let before = all(connection)?;
            store.compact(account);
            store.delete(account, &[1], range(0, 1));
            Ok::<_, ReadError>((before, all(connection)?))
        })
    };
    let (before, after) = read().unwrap();
    assert_eq!(before, after);
    assert_eq!(store.read_all(account), [(1, MINUTE, 2.0)]);
}

#[tokio::test]
async fn a_delete_in_one_chunk_leaves_what_the_next_one_has_in_the_same_hour() {
    let (store, account) = (Store::new(), AccountId::generate());
    // The first chunk ends, and the second one begins, within the third hour.
    let rows: Vec<Row> = (0..8_292).map(|second| (1, second * 1_000, 1.0)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    assert_eq!(store.chunks().len(), 2);
    store.delete(account, &[1], range(8_000_000, 8_100_000));
    let count = points(&store, account, &[1], &[0, 24 * HOUR], Method::By(Aggregation::Count));
    assert_eq!(count.into_values().collect::<Vec<_>>(), [[(0, 8_192.0)]]);
}
