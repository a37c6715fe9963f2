//! What tools for business intelligence read.

use diesel::{PgConnection, RunQueryDsl, sql_query};
use tallykeep_database::READER;
use tallykeep_domain::AccountId;

use crate::Store;

fn run(connection: &mut PgConnection, sql: &str) {
    sql_query(sql).execute(connection).unwrap();
}

fn set_time_zone(store: &Store, account: AccountId, time_zone: &str) {
    let connection = &mut store.database.connect_as_superuser();
    run(
        connection,
        &format!(
            "insert into metrics.calendars (account_id, time_zone) values ('{account}', '{time_zone}')
            on conflict (account_id) do update set time_zone = excluded.time_zone"
        ),
    );
}

/// What the reader finds, who is allowed nothing but the views.
fn report(store: &Store, sql: &str) -> Vec<String> {
    store.try_lines_as(READER, sql).unwrap()
}

fn days(store: &Store) -> Vec<String> {
    report(
        store,
        "select format('%s: %s samples, %s', day, count, sum) as line from reports.days order by day",
    )
}

fn at(text: &str) -> i64 {
    text.parse::<tallykeep_domain::Instant>().unwrap().as_millis()
}

#[tokio::test]
async fn hours_and_days_have_the_names_of_their_series() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.define_series(account);
    let start = at("2026-03-01T10:00:00Z");
    store.append(account, &[(1, start, 3.0), (1, start + 1_000, 1.0), (1, start + 3_600_000, 8.0)]).await;
    store.compact(account);
    let hours = report(
        &store,
        "select format('%s %s %s %s: %s %s %s %s %s %s %s', metric, unit, labels ->> 'room', hour at time zone 'UTC', count,
            sum, avg, min, max, first, last) as line from reports.hours order by hour",
    );
    let expected = [
        "temperature °C kitchen 2026-03-01 10:00:00: 2 4 2 1 3 3 1",
        "temperature °C kitchen 2026-03-01 11:00:00: 1 8 8 8 8 8 8",
    ];
    assert_eq!(hours, expected);
    assert_eq!(days(&store), ["2026-03-01: 3 samples, 12"]);
}

#[tokio::test]
async fn days_are_right_after_the_account_came_to_another_time_zone() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.define_series(account);
    // Midnight is at 18:15 in Kathmandu, and at 23:00 in Berlin.
    let times = ["2026-03-01T18:10:00Z", "2026-03-01T18:20:00Z", "2026-03-01T23:30:00Z"].map(at);
    store.append(account, &[(1, times[0], 1.0), (1, times[1], 2.0), (1, times[2], 4.0)]).await;
    store.compact(account);
    assert_eq!(days(&store), ["2026-03-01: 3 samples, 7"]);
    for (zone, expected) in [
        ("Asia/Kathmandu", ["2026-03-01: 1 samples, 1", "2026-03-02: 2 samples, 6"]),
        ("Europe/Berlin", ["2026-03-01: 2 samples, 3", "2026-03-02: 1 samples, 4"]),
    ] {
        set_time_zone(&store, account, zone);
        store.compact(account);
        assert_eq!(days(&store), expected, "{zone}");
    }
    set_time_zone(&store, account, "UTC");
    store.compact(account);
    assert_eq!(days(&store), ["2026-03-01: 3 samples, 7"]);
}

#[tokio::test]
async fn a_day_with_a_change_of_the_clocks_is_as_long_as_it_was() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.define_series(account);
    set_time_zone(&store, account, "Europe/Berlin");
    let start = at("2026-03-28T23:00:00Z");
    let rows: Vec<_> = (0..24).map(|hour| (1, start + hour * 3_600_000, 1.0)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    assert_eq!(days(&store), ["2026-03-29: 23 samples, 23", "2026-03-30: 1 samples, 1"]);
}

#[tokio::test]
async fn late_samples_and_deletes_correct_the_days() {
    let (store, account) = (Store::new(), AccountId::generate());
    store.define_series(account);
    let rows: Vec<_> = (0..10_000).map(|n| (1, n * 10_000, 1.0)).collect();
    store.append(account, &rows).await;
    store.compact(account);
    assert_eq!(days(&store), ["1970-01-01: 8640 samples, 8640", "1970-01-02: 1360 samples, 1360"]);
    store.append(account, &[(1, 5_000, 5.0), (1, 10_000, 2.0)]).await;
    store.delete(account, &[1], crate::range(86_400_000, 86_420_000));
    store.compact(account);
    assert_eq!(days(&store), ["1970-01-01: 8641 samples, 8646", "1970-01-02: 1358 samples, 1358"]);
}

#[tokio::test]
async fn the_reader_reads_no_samples_and_changes_nothing() {
    let store = Store::new();
    for sql in [
        "select sample_values::text as line from metrics.chunks",
        "select data::text as line from metrics.segments",
        "delete from metrics.chunks returning '' as line",
        "select email as line from auth.accounts",
    ] {
        let refused = store.try_lines_as(READER, sql).unwrap_err().to_string();
        assert!(refused.starts_with("permission denied"), "{sql}: {refused}");
    }
}
