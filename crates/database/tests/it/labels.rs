//! Labels on their way through the database.

use std::cell::RefCell;

use diesel::{PgConnection, QueryResult};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tallykeep_database::{
    ServiceRole, as_account,
    models::{Metric, NewMetric, NewSeries, Series, SeriesPage},
};
use tallykeep_domain::{AccountId, Labels, MetricId, MetricPrefix, SeriesId};
use tallykeep_test_support::TestDatabase;

/// Any text that a label may hold, private and unassigned characters among it.
fn text() -> impl Strategy<Value = String> {
    let any_char = any::<char>().prop_filter("a control character", |c| !c.is_control());
    vec(any_char, 1..20).prop_map(String::from_iter)
}

fn labels() -> impl Strategy<Value = Labels> {
    vec((text(), text()), 0..6).prop_filter_map("not allowed", |pairs| Labels::new(pairs).ok())
}

fn insert_metric(connection: &mut PgConnection, account: AccountId) -> QueryResult<Metric> {
    let row = NewMetric {
        account_id: account.as_uuid(),
        id: MetricId::generate().as_uuid(),
        name: "m",
        title: "m",
        unit: None,
        kind: "gauge",
        aggregation: "avg",
        minimum: None,
        maximum: None,
        raw_retention_days: None,
        rollup_retention_days: None,
    };
    row.insert(connection)
}

/// The labels of the series that are found by `labels` when one has been made of them.
fn through_the_database(connection: &mut PgConnection, labels: &Labels) -> QueryResult<Vec<Labels>> {
    let account = AccountId::generate();
    as_account(connection, account, |connection| {
        let metric = insert_metric(connection, account)?;
        let rows = [NewSeries::new(account, metric.id, labels)];
        NewSeries::insert_missing(connection, &rows)?;
        // The same again is no second series.
        NewSeries::insert_missing(connection, &rows)?;
        let page = SeriesPage {
            metric: None,
            within: &MetricPrefix::default(),
            labels,
            after: SeriesId(i64::MIN),
            limit: 10,
        };
        let found = Series::page(connection, account, page)?;
        Ok(found.into_iter().map(|series| series.labels).collect())
    })
}

#[test]
fn labels_come_back_as_they_went_in_and_are_found_by_themselves() {
    let database = TestDatabase::new();
    let connection = RefCell::new(database.connect(ServiceRole::Ingest));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let result = runner.run(&labels(), |labels| {
        let found = through_the_database(&mut connection.borrow_mut(), &labels).unwrap();
        prop_assert_eq!(found, [labels]);
        Ok(())
    });
    result.unwrap();
}
