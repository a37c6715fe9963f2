//! Reading back.

use diesel::{RunQueryDsl, sql_query};
use tallykeep_database::ServiceRole;
use tallykeep_domain::{AccountId, TimeRange};
use tallykeep_store::{CompactError, ReadError, compact};

use crate::{Store, range, store::Row};

#[tokio::test]
async fn the_last_write_wins_within_a_batch() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 5, 1.0), (2, 5, 9.0), (1, 5, 2.0), (1, 4, 3.0), (1, 5, 4.0)]).await;
    assert_eq!(store.read_all(account), [(1, 4, 3.0), (1, 5, 4.0), (2, 5, 9.0)]);
}

#[tokio::test]
async fn the_last_write_wins_over_segments() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 5, 1.0), (1, 6, 1.0)]).await;
    store.append(account, &[(1, 5, 2.0)]).await;
    assert_eq!(store.read_all(account), [(1, 5, 2.0), (1, 6, 1.0)]);
    store.append(account, &[(1, 5, 1.0)]).await;
    assert_eq!(store.read_all(account), [(1, 5, 1.0), (1, 6, 1.0)]);
}

#[tokio::test]
async fn the_last_write_wins_in_an_append_of_several_segments() {
    let (store, account) = (Store::new(), AccountId::generate());
    let mut rows: Vec<Row> = (0..=1 << 18).map(|at| (1, at, 0.0)).collect();
    rows.push((1, 0, 1.0));
    store.append(account, &rows).await;
    assert_eq!(store.segments().len(), 2);
    assert_eq!(store.read(account, &[1], range(0, 2)), [(1, 0, 1.0), (1, 1, 0.0)]);
}

#[tokio::test]
async fn a_range_holds_its_start_and_not_its_end() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, -10, 1.0), (1, 0, 2.0), (1, 10, 3.0)]).await;
    assert_eq!(store.read(account, &[1], range(-10, 10)), [(1, -10, 1.0), (1, 0, 2.0)]);
    assert_eq!(store.read(account, &[1], range(-9, 11)), [(1, 0, 2.0), (1, 10, 3.0)]);
    assert_eq!(store.read(account, &[1], range(11, 12)), []);
}

#[tokio::test]
async fn only_the_series_asked_for_are_read() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (2, 1, 2.0), (3, 1, 3.0)]).await;
    assert_eq!(store.read(account, &[3, 1], TimeRange::ALL), [(1, 1, 1.0), (3, 1, 3.0)]);
    assert_eq!(store.read(account, &[], TimeRange::ALL), []);
}

#[tokio::test]
async fn more_segments_than_a_page_are_read_all_of_them() {
    let (store, account) = (Store::new(), AccountId::generate());
    for at in 0..130 {
        store.append(account, &[(1, at, 0.0)]).await;
    }
    assert_eq!(store.segments().len(), 130);
    assert_eq!(store.read_all(account).len(), 130);
}

#[tokio::test]
async fn the_ends_of_time_can_be_written_and_read() {
    let (store, account) = (Store::new(), AccountId::generate());
    let (first, last) = (TimeRange::ALL.start().as_millis(), TimeRange::ALL.end().as_millis() - 1);
    let rows = [(1, first, f64::MIN), (1, last, f64::MAX)];
    store.append(account, &rows).await;
    assert_eq!(store.read_all(account), rows);
}

#[tokio::test]
async fn a_range_with_more_samples_than_the_bound_is_refused() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 0.0), (1, 2, 0.0), (2, 1, 0.0), (3, 1, 0.0)]).await;
    let read = |series: &[i64], most| store.read_at_most(account, series, TimeRange::ALL, most);
    assert!(matches!(read(&[1, 2], 2), Err(ReadError::TooMany(2))));
    assert_eq!(read(&[1, 2], 3).unwrap().len(), 3);
}

#[tokio::test]
async fn a_damaged_segment_is_named() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 0.0)]).await;
    store.append(account, &[(1, 2, 0.0)]).await;
    let cut = "update metrics.segments set data = substring(data, 1, octet_length(data) - 1) where id = 2";
    assert_eq!(sql_query(cut).execute(&mut store.database.connect_as_superuser()), Ok(1));
    let read = store.read_at_most(account, &[1], TimeRange::ALL, 10);
    assert!(matches!(read, Err(ReadError::Damaged { id: 2, .. })), "{read:?}");
    let merged = compact(&mut store.database.connect(ServiceRole::Worker), account);
    assert!(matches!(merged, Err(CompactError::Segment { id: 2, .. })), "{merged:?}");
    // What lies outside of the range is not touched.
    assert_eq!(store.read(account, &[1], range(0, 2)), [(1, 1, 0.0)]);
}

#[tokio::test]
async fn samples_that_were_written_over_do_not_count_towards_the_bound() {
    let (store, account) = (Store::new(), AccountId::generate());
    for round in 0..20 {
        store.append(account, &[(1, 1, f64::from(round)), (1, 2, f64::from(round))]).await;
    }
    let read = store.read_at_most(account, &[1], TimeRange::ALL, 2).unwrap();
    assert_eq!(read, [(1, 1, 19.0), (1, 2, 19.0)]);
    assert!(matches!(store.read_at_most(account, &[1], TimeRange::ALL, 1), Err(ReadError::TooMany(1))));
}
