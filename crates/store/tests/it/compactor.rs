//! Which accounts are compacted, and when.

use std::cell::Cell;

use diesel::{RunQueryDsl, sql_query};
use tallykeep_database::{ServiceRole, as_account};
use tallykeep_domain::{AccountId, TimeRange};
use tallykeep_store::{CompactionSettings, Compactor};

use crate::{Store, range};

/// So much that nothing is due by itself.
const NEVER: CompactionSettings =
    CompactionSettings { after_samples: 1_000, after_segments: 1_000, after_seconds: 1_000 };
/// Anything is due.
const ALWAYS: CompactionSettings = CompactionSettings { after_samples: 1, ..NEVER };

/// Runs until no account is due.
fn run(store: &Store, settings: CompactionSettings) {
    run_for(store, settings, usize::MAX);
}

/// The same, but for so many rounds at the most. Answers how many there were.
fn run_for(store: &Store, settings: CompactionSettings, rounds: usize) -> usize {
    let begun = Cell::new(0);
    let stopped = || begun.replace(begun.get() + 1) >= rounds;
    Compactor::new(settings).run(&mut store.database.connect(ServiceRole::Worker), stopped).unwrap();
    begun.get().min(rounds)
}

fn execute(store: &Store, sql: &str) {
    sql_query(sql).execute(&mut store.database.connect_as_superuser()).unwrap();
}

/// An account whose days begin as UTC's, as the worker notes it.
fn account(store: &Store) -> AccountId {
    let account = AccountId::generate();
    execute(store, &format!("insert into metrics.calendars (account_id) values ('{account}')"));
    account
}

/// As if they had been written so long ago.
fn age(store: &Store, account: AccountId, seconds: i32) {
    let earlier = format!("written_at = now() - make_interval(secs => {seconds})");
    execute(store, &format!("update metrics.segments set {earlier} where account_id = '{account}'"));
}

#[tokio::test]
async fn what_was_just_written_waits() {
    let store = Store::new();
    let account = account(&store);
    store.append(account, &[(1, 10, 1.0)]).await;
    assert_eq!(run_for(&store, NEVER, 10), 0);
    assert_eq!((store.segments().len(), store.chunks().len()), (1, 0));
}

#[tokio::test]
async fn many_samples_are_merged_at_once() {
    let store = Store::new();
    let account = account(&store);
    store.append(account, &[(1, 10, 1.0), (1, 20, 2.0)]).await;
    run(&store, CompactionSettings { after_samples: 3, ..NEVER });
    assert_eq!(store.segments().len(), 1);
    store.append(account, &[(1, 30, 3.0)]).await;
    run(&store, CompactionSettings { after_samples: 3, ..NEVER });
    assert_eq!((store.segments(), store.chunks()), (vec![], vec!["series 1: 3 samples, 10 to 30".into()]));
}

#[tokio::test]
async fn many_segments_are_merged_at_once() {
    let store = Store::new();
    let account = account(&store);
    for at in [10, 20, 30] {
        assert!(store.chunks().is_empty());
        store.append(account, &[(1, at, 1.0)]).await;
        run(&store, CompactionSettings { after_segments: 3, ..NEVER });
    }
    assert_eq!(store.chunks(), ["series 1: 3 samples, 10 to 30"]);
}

#[tokio::test]
async fn a_segment_that_has_waited_for_long_is_merged() {
    let store = Store::new();
    let (old, young) = (account(&store), account(&store));
    for account in [old, young] {
        store.append(account, &[(1, 10, 1.0)]).await;
    }
    age(&store, old, 1_001);
    age(&store, young, 900);
    assert_eq!(run_for(&store, NEVER, 10), 1);
    let left = store.lines("select account_id::text as line from metrics.segments");
    assert_eq!(left, [young.to_string()]);
}

#[tokio::test]
async fn what_was_deleted_goes_from_the_disk_without_waiting() {
    let store = Store::new();
    let account = account(&store);
    store.append(account, &[(1, 10, 1.0), (2, 10, 1.0)]).await;
    store.delete(account, &[1], TimeRange::ALL);
    run(&store, NEVER);
    assert_eq!((store.deletions(), store.chunks()), (0, vec!["series 2: 1 samples, 10 to 10".into()]));
}

#[tokio::test]
async fn the_account_that_has_waited_the_longest_comes_first() {
    let store = Store::new();
    let accounts = [account(&store), account(&store), account(&store)];
    for (account, seconds) in accounts.iter().zip([20, 30, 10]) {
        store.append(*account, &[(1, 10, 1.0)]).await;
        age(&store, *account, seconds);
    }
    assert_eq!(run_for(&store, ALWAYS, 1), 1);
    let merged = store.lines("select account_id::text as line from metrics.chunks");
    assert_eq!(merged, [accounts[1].to_string()]);
}

#[tokio::test]
async fn who_is_told_to_stop_begins_no_round() {
    let store = Store::new();
    let account = account(&store);
    store.append(account, &[(1, 10, 1.0)]).await;
    assert_eq!(run_for(&store, ALWAYS, 0), 0);
    assert_eq!(store.segments().len(), 1);
}

#[tokio::test]
async fn an_account_that_another_worker_is_at_is_passed_over() {
    let store = Store::new();
    let (busy, free) = (account(&store), account(&store));
    for account in [busy, free] {
        store.append(account, &[(1, 10, 1.0)]).await;
    }
    let mut other = store.database.connect(ServiceRole::Worker);
    let locked = "select from metrics.calendars for update";
    let hold = |connection: &mut _| -> diesel::QueryResult<()> {
        assert_eq!(sql_query(locked).execute(connection)?, 1);
        run(&store, ALWAYS);
        Ok(())
    };
    as_account(&mut other, busy, hold).unwrap();
    assert_eq!(store.lines("select account_id::text as line from metrics.segments"), [busy.to_string()]);
    run(&store, ALWAYS);
    assert!(store.segments().is_empty());
}

#[tokio::test]
async fn an_account_that_cannot_be_compacted_holds_up_no_other() {
    let store = Store::new();
    let (damaged, sound) = (account(&store), account(&store));
    for account in [damaged, sound] {
        store.append(account, &[(1, 10, 1.0)]).await;
    }
    age(&store, damaged, 60);
    execute(&store, &format!("update metrics.segments set data = '\\x00' where account_id = '{damaged}'"));
    run(&store, ALWAYS);
    assert_eq!(store.lines("select account_id::text as line from metrics.segments"), [damaged.to_string()]);
    assert_eq!(store.read_all(sound), [(1, 10, 1.0)]);
}

/// Appends more than a round takes.
async fn append_much(store: &Store, account: AccountId) {
    // No decimals, so that each takes eight bytes and more.
    for series in 1..=3 {
        let rows: Vec<_> = (0..600_000).map(|at| (series, at, f64::from(at as i32).sqrt())).collect();
        store.append(account, &rows).await;
    }
}

#[tokio::test]
async fn more_than_a_round_takes_is_merged_in_several() {
    let store = Store::new();
    let account = account(&store);
    append_much(&store, account).await;
    assert_eq!(run_for(&store, ALWAYS, usize::MAX), 2);
    assert!(store.segments().is_empty());
}

#[tokio::test]
async fn a_delete_waits_for_the_round_that_takes_what_was_written_before_it() {
    let store = Store::new();
    let account = account(&store);
    append_much(&store, account).await;
    store.delete(account, &[1, 3], range(0, 600_000));
    for (more, deletions) in [(true, 1), (false, 0)] {
        assert_eq!((store.compact(account).more, store.deletions()), (more, deletions));
        assert_eq!(store.read(account, &[1, 2, 3], range(0, 2)), [(2, 0, 0.0), (2, 1, 1.0)]);
    }
}

#[tokio::test]
async fn two_workers_at_once_lose_and_double_nothing() {
    let store = Store::new();
    let accounts: Vec<_> = (0..4).map(|_| account(&store)).collect();
    for at in 0..5 {
        for account in &accounts {
            store.append(*account, &[(1, at, 1.0), (2, at, 2.0)]).await;
        }
    }
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| run(&store, ALWAYS));
        }
    });
    run(&store, ALWAYS);
    assert!(store.segments().is_empty());
    for account in accounts {
        let of = |series| (0..5).map(move |at| (series, at, series as f64));
        assert_eq!(store.read_all(account), of(1).chain(of(2)).collect::<Vec<_>>());
    }
}
