//! Group commit.

use std::{
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use diesel::{RunQueryDsl, sql_query};
use futures_util::future::join_all;
use tallykeep_domain::AccountId;
use tallykeep_store::{Samples, WriteError, Writer, WriterSettings};
use tallykeep_test_support::{Line, TestDatabase};

use crate::{
    Stall, Store, samples,
    stall::step,
    store::{Row, pool},
};

/// As many samples as fill 0.7 MiB.
fn many() -> Samples {
    let rows: Vec<Row> = (0..30_000).map(|at| (1, at, 0.0)).collect();
    samples(&rows)
}

#[tokio::test]
async fn samples_can_be_read_by_others_as_soon_as_the_append_returns() {
    let (store, account) = (Store::new(), AccountId::generate());
    let mut expected = Vec::new();
    for at in 0..20 {
        store.append(account, &[(1, at, 0.5)]).await;
        expected.push((1, at, 0.5));
        assert_eq!(store.read_all(account), expected);
    }
}

#[tokio::test]
async fn an_append_is_not_answered_before_its_commit() {
    let (store, account) = (Store::new(), AccountId::generate());
    let stall = Stall::begin(&store);
    let mut append = Box::pin(store.writer.append(account, samples(&[(1, 1, 1.0)])));
    assert!(step(&mut append).is_pending());
    stall.wait_for_writer(&store);
    assert!(step(&mut append).is_pending());
    assert_eq!(store.read_all(account), []);
    stall.end();
    assert_eq!(append.await, Ok(()));
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn what_arrives_during_a_commit_is_the_next_batch() {
    let (store, account) = (Store::new(), AccountId::generate());
    let stall = Stall::begin(&store);
    let mut appends = Vec::new();
    for at in 0..100 {
        let mut append = Box::pin(store.writer.append(account, samples(&[(1, at, 0.0)])));
        assert!(step(&mut append).is_pending());
        if appends.is_empty() {
            stall.wait_for_writer(&store);
        }
        appends.push(append);
    }
    stall.end();
    for append in appends {
        assert_eq!(append.await, Ok(()));
    }
    assert_eq!(store.segments(), ["1 samples, 0 to 0", "99 samples, 1 to 99"]);
}

#[tokio::test]
async fn past_the_bound_appends_are_refused_until_there_is_room() {
    let (store, [anna, ben]) = (Store::with_room(1), [AccountId::generate(), AccountId::generate()]);
    let stall = Stall::begin(&store);
    let mut first = Box::pin(store.writer.append(anna, many()));
    assert!(step(&mut first).is_pending());
    stall.wait_for_writer(&store);
    // What is being committed is in memory too.
    assert_eq!(store.writer.append(ben, many()).await, Err(WriteError::Overloaded));
    let mut small = Box::pin(store.writer.append(ben, samples(&[(2, 1, 1.0)])));
    assert!(step(&mut small).is_pending());
    stall.end();
    assert_eq!((first.await, small.await), (Ok(()), Ok(())));
    assert_eq!(store.segments(), ["30000 samples, 0 to 29999", "1 samples, 1 to 1"]);
    assert_eq!(store.writer.append(ben, many()).await, Ok(()));
}

#[tokio::test]
async fn an_account_that_floods_is_refused_while_others_go_on() {
    let (store, flooding) = (Store::with_room(1), AccountId::generate());
    let stall = Stall::begin(&store);
    let mut waiting = Vec::new();
    loop {
        let rows: Vec<Row> = (0..1_000).map(|at| (1, at, 0.0)).collect();
        let mut append = Box::pin(store.writer.append(flooding, samples(&rows)));
        if let Poll::Ready(refused) = step(&mut append) {
            assert_eq!(refused, Err(WriteError::ShareTaken));
            break;
        }
        waiting.push(append);
    }
    assert_eq!(waiting.len(), 22, "of 24,000 bytes each in half a MiB");
    for account in [AccountId::generate(), AccountId::generate()] {
        let mut append = Box::pin(store.writer.append(account, samples(&[(1, 1, 1.0)])));
        assert!(step(&mut append).is_pending());
        waiting.push(append);
    }
    stall.end();
    for append in waiting {
        assert_eq!(append.await, Ok(()));
    }
    assert_eq!(store.writer.append(flooding, samples(&[(1, 1, 1.0)])).await, Ok(()));
}

#[tokio::test]
async fn of_an_account_that_floods_a_batch_takes_a_part_and_of_others_all() {
    let (store, [flooding, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    let stall = Stall::begin(&store);
    let mut appends = vec![Box::pin(store.writer.append(flooding, samples(&[(1, 0, 0.0)])))];
    assert!(step(&mut appends[0]).is_pending());
    stall.wait_for_writer(&store);
    for _ in 0..9 {
        appends.push(Box::pin(store.writer.append(flooding, many())));
    }
    appends.push(Box::pin(store.writer.append(ben, samples(&[(1, 7, 7.0)]))));
    for append in &mut appends {
        assert!(step(append).is_pending());
    }
    stall.end();
    for append in appends {
        assert_eq!(append.await, Ok(()));
    }
    let segments = store.segments();
    assert!(segments[1..3].contains(&"1 samples, 7 to 7".to_owned()), "{segments:?}");
    let parts = segments.iter().filter(|segment| segment.starts_with("60000 samples"));
    assert_eq!((parts.count(), segments.len()), (4, 7), "{segments:?}");
}

#[tokio::test]
async fn one_append_beyond_the_bound_is_taken_when_nothing_else_waits() {
    let (store, account) = (Store::with_room(0), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn an_append_of_nothing_leaves_no_row() {
    let store = Store::new();
    store.append(AccountId::generate(), &[]).await;
    assert_eq!(store.segments(), [""; 0]);
}

#[tokio::test]
async fn without_the_database_nothing_is_kept_and_later_the_same_append_succeeds() {
    let (store, account) = (Store::new(), AccountId::generate());
    let line = Line::to(&store.database.address());
    let writer = writer_through(&line, &store.database);
    line.cut();
    let refused = writer.append(account, samples(&[(1, 1, 1.0)])).await;
    assert!(matches!(refused, Err(WriteError::Database(_))), "{refused:?}");
    line.mend();
    assert_eq!(store.read_all(account), []);
    assert_eq!(writer.append(account, samples(&[(1, 1, 1.0)])).await, Ok(()));
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn a_commit_that_loses_the_database_is_refused_and_what_is_sent_again_counts() {
    let (store, account) = (Store::new(), AccountId::generate());
    let line = Line::to(&store.database.address());
    let writer = writer_through(&line, &store.database);
    let stall = Stall::begin(&store);
    let mut append = Box::pin(writer.append(account, samples(&[(1, 1, 1.0)])));
    assert!(step(&mut append).is_pending());
    stall.wait_for_writer(&store);
    line.cut();
    let refused = append.await;
    assert!(matches!(refused, Err(WriteError::Database(_))), "{refused:?}");
    stall.end();
    store.wait_until(
        "not exists (select from pg_stat_activity
        where datname = current_database() and usename = 'tallykeep_ingest')",
    );
    // Whether it was kept nobody knows: the database may have done it all the same.
    line.mend();
    assert_eq!(writer.append(account, samples(&[(1, 1, 2.0)])).await, Ok(()));
    assert_eq!(store.read_all(account), [(1, 1, 2.0)]);
}

#[tokio::test]
async fn dropping_the_writer_commits_what_waits_though_nobody_waits_for_it() {
    let (store, account) = (Store::new(), AccountId::generate());
    let writer = Writer::start(
        pool(store.database.url(tallykeep_database::ServiceRole::Ingest)),
        &WriterSettings::default(),
    )
    .unwrap();
    let stall = Stall::begin(&store);
    for at in 0..3 {
        let mut append = Box::pin(writer.append(account, samples(&[(1, at, 0.0)])));
        assert!(step(&mut append).is_pending());
    }
    stall.wait_for_writer(&store);
    let dropping = thread::spawn(move || drop(writer));
    stall.end();
    dropping.join().unwrap();
    assert_eq!(store.read_all(account), [(1, 0, 0.0), (1, 1, 0.0), (1, 2, 0.0)]);
}

#[tokio::test]
async fn accounts_in_one_batch_get_a_segment_each_and_see_their_own() {
    let (store, [anna, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    let stall = Stall::begin(&store);
    let mut first = Box::pin(store.writer.append(anna, samples(&[(1, 0, 0.0)])));
    assert!(step(&mut first).is_pending());
    stall.wait_for_writer(&store);
    let mut appends = Vec::new();
    for (account, row) in [(anna, (1, 1, 1.0)), (ben, (1, 2, 2.0)), (anna, (1, 3, 3.0))] {
        let mut append = Box::pin(store.writer.append(account, samples(&[row])));
        assert!(step(&mut append).is_pending());
        appends.push(append);
    }
    stall.end();
    for append in appends {
        assert_eq!(append.await, Ok(()));
    }
    assert_eq!(store.segments().len(), 3);
    assert_eq!(store.read_all(anna), [(1, 0, 0.0), (1, 1, 1.0), (1, 3, 3.0)]);
    assert_eq!(store.read_all(ben), [(1, 2, 2.0)]);
}

#[tokio::test]
async fn an_account_that_may_not_be_written_to_keeps_no_other_ones_samples_out() {
    let (store, [erased, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    sql_query(format!("insert into metrics.erased_accounts (account_id) values ('{erased}')"))
        .execute(&mut store.database.connect_as_superuser())
        .unwrap();
    let stall = Stall::begin(&store);
    let mut appends: Vec<_> = [ben, erased, ben]
        .map(|account| Box::pin(store.writer.append(account, samples(&[(1, 1, 1.0)]))))
        .into();
    assert!(step(&mut appends[0]).is_pending());
    stall.wait_for_writer(&store);
    assert!(appends[1..].iter_mut().all(|append| step(append).is_pending()));
    stall.end();
    let answers = join_all(appends).await;
    assert!(matches!(answers[..], [Ok(()), Err(WriteError::Database(_)), Ok(())]), "{answers:?}");
    assert_eq!((store.read_all(erased), store.read_all(ben)), (vec![], vec![(1, 1, 1.0)]));
    assert_eq!(store.segments().len(), 2);
}

#[tokio::test]
async fn a_commit_for_several_accounts_that_loses_the_database_keeps_nothing() {
    let store = Store::new();
    let line = Line::to(&store.database.address());
    let writer = writer_through(&line, &store.database);
    let accounts = [AccountId::generate(), AccountId::generate(), AccountId::generate()];
    let mut appends: Vec<_> =
        accounts.map(|account| Box::pin(writer.append(account, samples(&[(1, 1, 1.0)])))).into();
    let stall = Stall::begin(&store);
    assert!(step(&mut appends[0]).is_pending());
    stall.wait_for_writer(&store);
    assert!(appends[1..].iter_mut().all(|append| step(append).is_pending()));
    let again = stall.hand_over(&store);
    again.wait_for_writer(&store);
    line.cut();
    let answers = join_all(appends).await;
    again.end();
    assert_eq!(answers[0], Ok(()));
    let lost = answers[1..].iter().all(|answer| matches!(answer, Err(WriteError::Database(_))));
    assert!(lost, "{answers:?}");
    for account in &accounts[1..] {
        assert_eq!(store.read_all(*account), []);
    }
}

fn writer_through(line: &Line, database: &TestDatabase) -> Writer {
    let url = database.urls_through(&line.address()).ingest;
    Writer::start(pool(url), &WriterSettings::default()).unwrap()
}

#[tokio::test]
async fn an_account_that_is_ahead_of_compaction_is_slowed_down_and_loses_nothing() {
    let mut store = Store::with(&WriterSettings { most_uncompacted: 0, ..WriterSettings::default() });
    let (ahead, begin) = (AccountId::generate(), Instant::now());
    let mut expected = Vec::new();
    for at in 0..4 {
        store.append(ahead, &[(1, at, 1.0)]).await;
        expected.push((1, at, 1.0));
        assert_eq!(store.read_all(ahead), expected);
    }
    // Each after the first waits for a tenth of a second.
    assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
    let mut append = Box::pin(async { store.writer.append(ahead, samples(&[(1, 4, 1.0)])).await });
    assert!(step(&mut append).is_pending());
    drop(append);
    // One that stops holds nobody up.
    store.writer = Writer::start(
        pool(store.database.url(tallykeep_database::ServiceRole::Ingest)),
        &WriterSettings::default(),
    )
    .unwrap();
    expected.push((1, 4, 1.0));
    assert_eq!(store.read_all(ahead), expected);
}
