//! What is not kept any longer.

use tallykeep_database::ServiceRole;
use tallykeep_domain::{AccountId, Instant};
use tallykeep_store::{CompactError, compact, expire};

use crate::{Store, range};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The start of the day of UTC so many days ago.
fn days_ago(days: i64) -> i64 {
    Instant::now().as_millis().div_euclid(DAY) * DAY - days * DAY
}

/// A store whose account has its samples kept for so many days, and their pieces for so many.
fn keeping(raw_days: &str, rollup_days: &str) -> (Store, AccountId) {
    let (store, account) = (Store::new(), AccountId::generate());
    store.define_series(account);
    store.execute(&format!(
        "insert into metrics.retentions (account_id, raw_days, rollup_days)
            values ('{account}', {raw_days}, {rollup_days})"
    ));
    (store, account)
}

fn expired(store: &Store, account: AccountId) -> usize {
    expire(&mut store.database.connect(ServiceRole::Worker), account).unwrap().unwrap()
}

/// What hours are left, and whether their samples are.
fn hours(store: &Store) -> Vec<String> {
    store.lines("select format('%s samples, %s', count, sum) as line from reports.hours order by hour")
}

#[tokio::test]
async fn samples_go_and_what_they_amount_to_stays() {
    let (store, account) = keeping("10", "null");
    let old = days_ago(12);
    store.append(account, &[(1, old, 1.0), (1, old + 1, 2.0), (1, old + HOUR, 4.0)]).await;
    // Merged before anything was said of retention.
    store.execute("update metrics.retentions set raw_days = null");
    store.compact(account);
    store.execute("update metrics.retentions set raw_days = 10");
    assert_eq!(expired(&store, account), 1);
    assert_eq!(store.read_all(account), []);
    assert_eq!(hours(&store), ["2 samples, 3", "1 samples, 4"]);
    assert_eq!(expired(&store, account), 0);
}

#[tokio::test]
async fn a_chunk_that_lies_across_is_divided() {
    let (store, account) = keeping("null", "null");
    let from = days_ago(10);
    let rows = [(1, from - HOUR, 1.0), (1, from - 1, 2.0), (1, from, 3.0), (1, from + HOUR, 4.0)];
    store.append(account, &rows).await;
    store.compact(account);
    store.execute("update metrics.retentions set raw_days = 10");
    assert_eq!(expired(&store, account), 1);
    assert_eq!(store.read_all(account), rows[2..]);
    assert_eq!(hours(&store), ["2 samples, 3", "1 samples, 3", "1 samples, 4"]);
    // What is written later is merged with what has its samples, and not with the rest.
    store.append(account, &[(1, from + 1, 5.0)]).await;
    store.compact(account);
    assert_eq!(store.read_all(account).len(), 3);
    assert_eq!(hours(&store), ["2 samples, 3", "2 samples, 8", "1 samples, 4"]);
}

#[tokio::test]
async fn pieces_go_in_their_turn() {
    let (store, account) = keeping("null", "null");
    let from = days_ago(20);
    store.append(account, &[(1, from - 1, 1.0), (1, from, 2.0), (1, days_ago(1), 3.0)]).await;
    store.compact(account);
    store.execute("update metrics.retentions set raw_days = 10, rollup_days = 20");
    expired(&store, account);
    assert_eq!(hours(&store), ["1 samples, 2", "1 samples, 3"]);
    assert_eq!(store.read_all(account), [(1, days_ago(1), 3.0)]);
}

#[tokio::test]
async fn what_is_written_too_late_does_not_come_back() {
    let (store, account) = keeping("10", "null");
    let old = days_ago(12);
    store.append(account, &[(1, old, 1.0), (1, days_ago(1), 2.0)]).await;
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, days_ago(1), 2.0)]);
    assert_eq!(hours(&store), ["1 samples, 2"]);
}

#[tokio::test]
async fn a_metric_has_its_own_word() {
    let (store, account) = keeping("null", "null");
    store.append(account, &[(1, days_ago(12), 1.0), (1, days_ago(1), 2.0)]).await;
    store.compact(account);
    store.execute("update metrics.metrics set raw_retention_days = 10");
    assert_eq!(expired(&store, account), 1);
    assert_eq!(store.read_all(account), [(1, days_ago(1), 2.0)]);
}

#[tokio::test]
async fn what_is_left_of_samples_can_be_deleted_piece_by_piece() {
    let (store, account) = keeping("null", "null");
    let old = days_ago(12);
    let rows: Vec<_> = (0..4).map(|hour| (1, old + hour * HOUR, hour as f64)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    store.execute("update metrics.retentions set raw_days = 10");
    expired(&store, account);
    store.delete(account, &[1], range(old + HOUR + 1, old + 2 * HOUR + 1));
    store.compact(account);
    assert_eq!(hours(&store), ["1 samples, 0", "1 samples, 3"]);
    store.delete(account, &[1], range(old, old + DAY));
    store.compact(account);
    assert_eq!(store.chunks(), [""; 0]);
}

#[tokio::test]
async fn pieces_that_do_not_go_along_with_each_other_are_an_error_and_stay_as_they_are() {
    let (store, account) = keeping("null", "null");
    let old = days_ago(12);
    store.append(account, &[(1, old, 1.0), (1, old + HOUR, 2.0)]).await;
    store.compact(account);
    store.execute("update metrics.retentions set raw_days = 10");
    expired(&store, account);
    store.execute("update metrics.chunks set piece_sums = piece_sums[1:1]");
    store.delete(account, &[1], range(old, old + 1));
    let result = compact(&mut store.database.connect(ServiceRole::Worker), account);
    assert!(
        matches!(result, Err(CompactError::Chunk { series: 1, earliest, .. }) if earliest == old),
        "{result:?}"
    );
    assert_eq!((store.chunks().len(), store.deletions()), (1, 1));
}
