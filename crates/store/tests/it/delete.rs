//! Deleting, as it looks in the table.

use std::thread;

use diesel::{RunQueryDsl, sql_query};
use tallykeep_domain::{AccountId, TimeRange};

use crate::{
    Store, range,
    store::{begin, delete_in},
};

/// A delete waits for the lock that another one holds.
const ONE_WAITS: &str = "exists (select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock')";

#[tokio::test]
async fn deleting_all_of_a_segment_removes_its_row() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (2, 2, 2.0)]).await;
    store.append(account, &[(1, 3, 3.0)]).await;
    assert_eq!(store.delete(account, &[1, 2], TimeRange::ALL).unwrap(), 3);
    assert_eq!(store.segments(), [""; 0]);
}

#[tokio::test]
async fn deleting_a_part_keeps_the_rest_and_says_where_it_lies() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0), (1, 20, 2.0), (1, 30, 3.0), (1, 40, 4.0)]).await;
    assert_eq!(store.delete(account, &[1], range(30, 41)).unwrap(), 2);
    assert_eq!(store.segments(), ["2 samples, 10 to 20"]);
    assert_eq!(store.delete(account, &[1], range(0, 20)).unwrap(), 1);
    assert_eq!(store.segments(), ["1 samples, 20 to 20"]);
    assert_eq!(store.read_all(account), [(1, 20, 2.0)]);
}

#[tokio::test]
async fn deleting_several_series_leaves_the_others() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(3, 1, 3.0), (1, 1, 1.0), (2, 1, 2.0), (4, 1, 4.0)]).await;
    assert_eq!(store.delete(account, &[1, 3], TimeRange::ALL).unwrap(), 2);
    assert_eq!(store.read_all(account), [(2, 1, 2.0), (4, 1, 4.0)]);
}

#[tokio::test]
async fn what_was_overwritten_is_deleted_too() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 1, 2.0)]).await;
    store.append(account, &[(1, 1, 3.0)]).await;
    assert_eq!(store.delete(account, &[1], TimeRange::ALL).unwrap(), 3);
    assert_eq!(store.read_all(account), []);
}

#[tokio::test]
async fn after_a_delete_the_last_write_still_wins() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (2, 1, 1.0)]).await;
    store.append(account, &[(1, 1, 2.0), (2, 1, 2.0)]).await;
    store.delete(account, &[2], TimeRange::ALL).unwrap();
    assert_eq!(store.read_all(account), [(1, 1, 2.0)]);
    store.append(account, &[(1, 1, 3.0)]).await;
    assert_eq!(store.read_all(account), [(1, 1, 3.0)]);
}

#[tokio::test]
async fn deleting_what_is_not_there_changes_nothing() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 9, 1.0)]).await;
    assert_eq!(store.delete(account, &[1], range(2, 9)).unwrap(), 0);
    assert_eq!(store.delete(account, &[2], TimeRange::ALL).unwrap(), 0);
    assert_eq!(store.delete(account, &[], TimeRange::ALL).unwrap(), 0);
    assert_eq!(store.segments(), ["2 samples, 1 to 9"]);
}

#[tokio::test]
async fn another_accounts_samples_stay_though_the_series_has_the_same_number() {
    let (store, [anna, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    store.append(anna, &[(1, 1, 1.0)]).await;
    store.append(ben, &[(1, 1, 2.0)]).await;
    assert_eq!(store.delete(anna, &[1], TimeRange::ALL).unwrap(), 1);
    assert_eq!((store.read_all(anna), store.read_all(ben)), (vec![], vec![(1, 1, 2.0)]));
}

/// The first delete holds its locks while the second one comes to the same segments.
#[track_caller]
fn delete_at_once(store: &Store, account: AccountId, first: &[i64], second: &[i64]) -> (usize, usize) {
    let mut connection = store.connect();
    begin(&mut connection, account);
    let deleted = delete_in(&mut connection, account, first, TimeRange::ALL).unwrap();
    thread::scope(|scope| {
        let other = scope.spawn(|| store.delete(account, second, TimeRange::ALL).unwrap());
        store.wait_until(ONE_WAITS);
        sql_query("commit").execute(&mut connection).unwrap();
        (deleted, other.join().unwrap())
    })
}

#[tokio::test]
async fn two_deletes_at_once_bring_nothing_back() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (2, 1, 2.0), (3, 1, 3.0)]).await;
    store.append(account, &[(1, 2, 1.0), (2, 2, 2.0), (3, 2, 3.0)]).await;
    assert_eq!(delete_at_once(&store, account, &[1], &[2]), (2, 2));
    assert_eq!(store.read_all(account), [(3, 1, 3.0), (3, 2, 3.0)]);
}

#[tokio::test]
async fn a_delete_goes_on_behind_a_segment_that_another_one_removed() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    store.append(account, &[(2, 2, 2.0)]).await;
    assert_eq!(delete_at_once(&store, account, &[1], &[1, 2]), (1, 1));
    assert_eq!(store.segments(), [""; 0]);
}

#[tokio::test]
async fn a_delete_that_is_rolled_back_deletes_nothing() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    let mut connection = store.connect();
    begin(&mut connection, account);
    assert_eq!(delete_in(&mut connection, account, &[1], TimeRange::ALL).unwrap(), 1);
    drop(connection);
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}
