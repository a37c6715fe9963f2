//! Compaction, as it looks in the tables and to a reader.

use diesel::{RunQueryDsl, sql_query};
use tallykeep_database::{ServiceRole, as_account};
use tallykeep_domain::{AccountId, TimeRange};
use tallykeep_store::{CompactError, compact};

use crate::{Store, store::Row};

#[tokio::test]
async fn segments_become_a_chunk_for_each_series() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 20, 2.0), (2, 5, 9.0), (1, 10, 1.0)]).await;
    store.append(account, &[(1, 30, 3.0)]).await;
    let before = store.read_all(account);
    let round = store.compact(account);
    assert_eq!((round.segments, round.samples, round.samples_written, round.more), (2, 4, 4, false));
    assert_eq!(store.chunks(), ["series 1: 3 samples, 10 to 30", "series 2: 1 samples, 5 to 5"]);
    assert_eq!((store.segments(), store.read_all(account)), (vec![], before));
}

#[tokio::test]
async fn the_last_write_wins_over_segments_and_chunks() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 10, 1.0), (1, 20, 1.0)]).await;
    store.append(account, &[(1, 20, 2.0)]).await;
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 10, 1.0), (1, 20, 2.0)]);
    store.append(account, &[(1, 10, 3.0), (1, 15, 3.0)]).await;
    let expected = [(1, 10, 3.0), (1, 15, 3.0), (1, 20, 2.0)];
    assert_eq!(store.read_all(account), expected);
    store.compact(account);
    assert_eq!(store.read_all(account), expected);
    assert_eq!(store.chunks(), ["series 1: 3 samples, 10 to 20"]);
}

#[tokio::test]
async fn an_account_with_nothing_to_do_is_left_as_it_is() {
    let (store, account) = (Store::new(), AccountId::generate());
    assert_eq!(store.compact(account), Default::default());
}

#[tokio::test]
async fn a_series_with_more_samples_than_a_chunk_holds_has_several() {
    let (store, account) = (Store::new(), AccountId::generate());
    let rows: Vec<Row> = (0..20_000).map(|at| (1, at * 1_000, at as f64)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    let expected = [
        "series 1: 8192 samples, 0 to 8191000",
        "series 1: 8192 samples, 8192000 to 16383000",
        "series 1: 3616 samples, 16384000 to 19999000",
    ];
    assert_eq!(store.chunks(), expected);
    assert_eq!(store.read(account, &[1], TimeRange::ALL), rows);
}

#[tokio::test]
async fn one_late_sample_leaves_the_chunks_alone_that_it_does_not_touch() {
    let (store, account) = (Store::new(), AccountId::generate());
    let rows: Vec<Row> = (0..20_000).map(|at| (1, at * 1_000, 0.0)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    store.append(account, &[(1, 500, 1.0)]).await;
    let round = store.compact(account);
    assert_eq!((round.samples, round.samples_written), (1, 8_193));
    assert_eq!(store.read(account, &[1], TimeRange::ALL).len(), 20_001);
}

#[tokio::test]
async fn a_sample_is_written_a_few_times_however_often_a_series_is_compacted() {
    let (store, account) = (Store::new(), AccountId::generate());
    let (mut samples, mut written) = (0, 0);
    for time in 0..256 {
        store.append(account, &[(1, time, 0.0)]).await;
        let round = store.compact(account);
        samples += round.samples;
        written += round.samples_written;
    }
    assert_eq!(samples, 256);
    assert!(written <= 5 * samples, "{written} samples were written for {samples}");
    assert!(store.chunks().len() < 16, "{:?}", store.chunks());
    assert_eq!(store.read_all(account).len(), 256);
}

#[tokio::test]
async fn two_compactions_of_an_account_do_not_meet() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.compact(account);
    store.append(account, &[(1, 1, 1.0)]).await;
    let mut first = store.begin_compaction(account);
    assert_eq!(compact(&mut store.database.connect(ServiceRole::Worker), account).unwrap(), None);
    sql_query("commit").execute(&mut first).unwrap();
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn a_compaction_that_is_cut_off_loses_and_doubles_nothing() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 2, 2.0)]).await;
    store.compact(account);
    store.append(account, &[(1, 2, 3.0), (1, 4, 4.0)]).await;
    let before = store.read_all(account);
    drop(store.begin_compaction(account));
    assert_eq!((store.read_all(account), store.segments().len()), (before.clone(), 1));
    store.compact(account);
    assert_eq!((store.read_all(account), store.segments().len()), (before, 0));
}

#[tokio::test]
async fn what_is_written_while_a_compaction_runs_counts_as_later() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    let mut compaction = store.begin_compaction(account);
    store.append(account, &[(1, 1, 2.0)]).await;
    assert_eq!(store.read_all(account), [(1, 1, 2.0)]);
    sql_query("commit").execute(&mut compaction).unwrap();
    assert_eq!(store.read_all(account), [(1, 1, 2.0)]);
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 1, 2.0)]);
}

#[tokio::test]
async fn a_segment_that_is_committed_after_a_later_one_was_merged_counts_as_later() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0)]).await;
    // As if the first commit had been under way all the time that the second one took.
    let superuser = &mut store.database.connect_as_superuser();
    sql_query("create table public.aside as table metrics.segments").execute(superuser).unwrap();
    sql_query("delete from metrics.segments").execute(superuser).unwrap();
    store.append(account, &[(1, 1, 2.0)]).await;
    store.compact(account);
    sql_query("insert into metrics.segments table public.aside").execute(superuser).unwrap();
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
    store.compact(account);
    assert_eq!(store.read_all(account), [(1, 1, 1.0)]);
}

#[tokio::test]
async fn a_chunk_that_is_damaged_is_an_error_and_stays_as_it_is() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 1, 1.0), (1, 3, 3.0)]).await;
    store.compact(account);
    let superuser = &mut store.database.connect_as_superuser();
    let damage = "update metrics.chunks set sample_values = set_byte(sample_values, 3, get_byte(sample_values, 3) # 1)";
    sql_query(damage).execute(superuser).unwrap();
    store.append(account, &[(1, 2, 2.0)]).await;
    let result = compact(&mut store.database.connect(ServiceRole::Worker), account);
    assert!(matches!(result, Err(CompactError::Chunk { series: 1, earliest: 1, .. })), "{result:?}");
    assert!(store.read_at_most(account, &[1], TimeRange::ALL, 10).is_err());
    assert_eq!((store.chunks().len(), store.segments().len()), (1, 1));
}

#[tokio::test]
async fn the_pieces_of_a_chunk_sum_up_its_samples() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.append(account, &[(1, 0, 1.0), (1, 3_599_999, 4.0), (1, 3_600_000, 2.5)]).await;
    store.compact(account);
    let pieces = "select array_to_string(array[piece_starts::text, piece_counts::text, piece_sums::text, piece_minima::text,
        piece_maxima::text, piece_firsts::text, piece_lasts::text, piece_increases::text], ' ') as line
        from metrics.chunks";
    let expected = "{\"1970-01-01 00:00:00+00\",\"1970-01-01 01:00:00+00\"} {2,1} {5,2.5} {1,2.5} {4,2.5} {1,2.5} {4,2.5} {3,0}";
    assert_eq!(store.lines(pieces), [expected]);
    store.append(account, &[(1, 1, 0.5)]).await;
    store.delete(account, &[1], crate::range(3_599_999, 3_600_000));
    store.compact(account);
    let sums = store.lines("select format('%s %s', piece_counts, piece_sums) as line from metrics.chunks");
    assert_eq!(sums, ["{2,1} {1.5,2.5}"]);
}

#[tokio::test]
async fn an_account_is_compacted_for_itself_alone() {
    let (store, [anna, ben]) = (Store::new(), [AccountId::generate(), AccountId::generate()]);
    store.append(anna, &[(1, 1, 1.0)]).await;
    store.append(ben, &[(1, 1, 2.0)]).await;
    store.compact(anna);
    assert_eq!((store.chunks().len(), store.segments().len()), (1, 1));
    let connection = &mut store.database.connect(ServiceRole::Worker);
    let theirs = as_account(connection, anna, |connection| {
        sql_query("delete from metrics.segments").execute(connection)
    });
    assert_eq!((theirs.unwrap(), store.read_all(ben)), (0, vec![(1, 1, 2.0)]));
}
