//! Deleting, and what is left of it in the tables.

use diesel::{RunQueryDsl, sql_query};
use tallykeep_domain::{AccountId, TimeRange};

use crate::{
    Store, range,
    store::{begin, delete_in},
};

#[tokio::test]
async fn what_is_deleted_is_not_read_any_more_and_leaves_the_disk_with_the_next_compaction() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0), (1, 20, 2.0), (1, 30, 3.0), (2, 20, 4.0)]).await;
    store.delete(account, &[1], range(10, 21));
    let left = [(1, 30, 3.0), (2, 20, 4.0)];
    assert_eq!(store.read_all(account), left);
    store.compact(account);
    assert_eq!(store.read_all(account), left);
    assert_eq!(store.chunks(), ["series 1: 1 samples, 30 to 30", "series 2: 1 samples, 20 to 20"]);
    assert_eq!((store.segments(), store.deletions()), (vec![], 0));
}

#[tokio::test]
async fn what_was_compacted_before_is_deleted_alike() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0), (1, 20, 2.0), (1, 30, 3.0), (2, 20, 4.0)]).await;
    store.compact(account);
    store.delete(account, &[1, 2], range(20, 30));
    let left = [(1, 10, 1.0), (1, 30, 3.0)];
    assert_eq!(store.read_all(account), left);
    store.compact(account);
    assert_eq!(store.read_all(account), left);
    assert_eq!(store.chunks(), ["series 1: 2 samples, 10 to 30"]);
    assert_eq!(store.deletions(), 0);
}

#[tokio::test]
async fn what_is_written_after_a_delete_stays() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0), (1, 20, 1.0)]).await;
    store.delete(account, &[1], TimeRange::ALL);
    store.append(account, &[(1, 10, 2.0)]).await;
    assert_eq!(store.read_all(account), [(1, 10, 2.0)]);
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 10, 2.0)]);
    store.append(account, &[(1, 20, 3.0)]).await;
    assert_eq!(store.read_all(account), [(1, 10, 2.0), (1, 20, 3.0)]);
}

#[tokio::test]
async fn deleting_several_series_leaves_the_others() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(3, 1, 3.0), (1, 1, 1.0), (2, 1, 2.0), (4, 1, 4.0)]).await;
    store.delete(account, &[1, 3], TimeRange::ALL);
    assert_eq!(store.read_all(account), [(2, 1, 2.0), (4, 1, 4.0)]);
}

#[tokio::test]
async fn deleting_what_is_not_there_changes_nothing() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 9, 1.0)]).await;
    store.delete(account, &[1], range(2, 9));
    store.delete(account, &[2], TimeRange::ALL);
    store.delete(account, &[], TimeRange::ALL);
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 1, 1.0), (1, 9, 1.0)]);
}

#[tokio::test]
async fn another_accounts_samples_stay_though_the_series_has_the_same_number() {
    let (store, [anna, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    for account in [anna, ben] {
        store.append(account, &[(1, 1, 1.0)]).await;
        store.compact(account);
        store.append(account, &[(1, 2, 1.0)]).await;
    }
    store.delete(anna, &[1], TimeRange::ALL);
    store.compact(anna);
    assert_eq!((store.read_all(anna), store.read_all(ben)), (vec![], vec![(1, 1, 1.0), (1, 2, 1.0)]));
}

#[tokio::test]
async fn a_delete_that_is_rolled_back_deletes_nothing() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    let mut connection = store.connect();
    begin(&mut connection, account);
    delete_in(&mut connection, account, &[1], TimeRange::ALL);
    drop(connection);
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn a_delete_that_is_committed_while_a_compaction_runs_is_left_for_the_next_one() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 2, 2.0)]).await;
    let mut compaction = store.begin_compaction(account);
    store.delete(account, &[1], range(1, 2));
    assert_eq!(store.read_all(account), [(1, 2, 2.0)]);
    sql_query("commit").execute(&mut compaction).unwrap();
    assert_eq!((store.read_all(account), store.deletions()), (vec![(1, 2, 2.0)], 1));
    store.compact(account);
    assert_eq!((store.read_all(account), store.deletions()), (vec![(1, 2, 2.0)], 0));
    assert_eq!(store.chunks(), ["series 1: 1 samples, 2 to 2"]);
}

#[tokio::test]
async fn what_is_written_after_a_delete_stays_though_a_compaction_has_seen_neither_when_it_began() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0)]).await;
    let mut other = store.database.connect_as_superuser();
    let mut run = |sql: &str| sql_query(sql).execute(&mut other).unwrap();
    run("begin");
    run("lock table metrics.segments in access exclusive mode");
    std::thread::scope(|scope| {
        let compaction = scope.spawn(|| store.compact(account));
        store.wait_until(
            "exists (select from pg_locks where not granted and relation = 'metrics.segments'::regclass
                and database = (select oid from pg_database where datname = current_database()))",
        );
        // The sample is deleted, and then written again.
        run(&format!(
            "insert into metrics.deletions (account_id, series, starts_at, ends_at)
            values ('{account}', array[1], 'epoch', now())"
        ));
        run("update metrics.segments set id = (select max(id) + 1 from metrics.deletions)");
        run("commit");
        compaction.join().unwrap();
    });
    assert_eq!(store.read_all(account), [(1, 10, 1.0)]);
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 10, 1.0)]);
}
