//! Metric definitions.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, MetricId, MetricPrefix};
use uuid::Uuid;

use crate::schema::{metrics::metrics, starts_with};

/// A definition.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = metrics, check_for_backend(diesel::pg::Pg))]
pub struct Metric {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: MetricId,
    /// What devices call it; unique within the account.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The unit of its values.
    pub unit: Option<String>,
    /// A word of [`MetricKind`](tallykeep_domain::MetricKind).
    pub kind: String,
    /// A word of [`Aggregation`](tallykeep_domain::Aggregation).
    pub aggregation: String,
    /// The least value that a person may enter.
    pub minimum: Option<f64>,
    /// The greatest.
    pub maximum: Option<f64>,
    /// Since when it is put away.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub archived_at: Option<Timestamp>,
    /// When it was defined.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// For how many days its samples are kept; `None` where the account says.
    pub raw_retention_days: Option<i32>,
    /// For how many days what they amount to is kept; `None` where the account says.
    pub rollup_retention_days: Option<i32>,
}

/// A definition to add.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = metrics)]
pub struct NewMetric<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// What devices call it.
    pub name: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// The unit of its values.
    pub unit: Option<&'a str>,
    /// A word of [`MetricKind`](tallykeep_domain::MetricKind).
    pub kind: &'a str,
    /// A word of [`Aggregation`](tallykeep_domain::Aggregation).
    pub aggregation: &'a str,
    /// The least value that a person may enter.
    pub minimum: Option<f64>,
    /// The greatest.
    pub maximum: Option<f64>,
    /// For how many days its samples are kept; `None` where the account says.
    pub raw_retention_days: Option<i32>,
    /// For how many days what they amount to is kept; `None` where the account says.
    pub rollup_retention_days: Option<i32>,
}

/// What changes; `None` leaves a column as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, AsChangeset)]
#[diesel(table_name = metrics)]
pub struct MetricChanges {
    /// What people call it.
    pub title: Option<String>,
    /// The unit of its values.
    pub unit: Option<Option<String>>,
    /// A word of [`MetricKind`](tallykeep_domain::MetricKind).
    pub kind: Option<&'static str>,
    /// A word of [`Aggregation`](tallykeep_domain::Aggregation).
    pub aggregation: Option<&'static str>,
    /// The least value that a person may enter.
    pub minimum: Option<Option<f64>>,
    /// The greatest.
    pub maximum: Option<Option<f64>>,
    /// Since when it is put away.
    pub archived_at: Option<Option<jiff_diesel::Timestamp>>,
    /// For how many days its samples are kept.
    pub raw_retention_days: Option<Option<i32>>,
    /// For how many days what they amount to is kept.
    pub rollup_retention_days: Option<Option<i32>>,
}

impl NewMetric<'_> {
    /// Inserts it. Fails on [`METRIC_NAME`](crate::constraint::METRIC_NAME).
    pub fn insert(&self, connection: &mut PgConnection) -> QueryResult<Metric> {
        self.insert_into(metrics::table).returning(Metric::as_returning()).get_result(connection)
    }

    /// Inserts those whose names are new to their account.
    pub fn insert_missing(connection: &mut PgConnection, new: &[Self]) -> QueryResult<usize> {
        diesel::insert_into(metrics::table)
            .values(new)
            .on_conflict((metrics::account_id, metrics::name))
            .do_nothing()
            .execute(connection)
    }
}

impl Metric {
    /// An account's metrics by name, of those whose names begin with `within`; those put away only when asked for.
    pub fn list(
        connection: &mut PgConnection,
        account: AccountId,
        within: &MetricPrefix,
        archived: bool,
    ) -> QueryResult<Vec<Self>> {
        let mut query = metrics::table
            .filter(metrics::account_id.eq(account.as_uuid()))
            .filter(starts_with(metrics::name, within.as_str()))
            .order(metrics::name)
            .select(Self::as_select())
            .into_boxed();
        if !archived {
            query = query.filter(metrics::archived_at.is_null());
        }
        query.load(connection)
    }

    /// One metric.
    pub fn find(
        connection: &mut PgConnection,
        account: AccountId,
        id: MetricId,
    ) -> QueryResult<Option<Self>> {
        metrics::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// One metric, which nobody else can change until the transaction ends.
    pub fn lock(
        connection: &mut PgConnection,
        account: AccountId,
        id: MetricId,
    ) -> QueryResult<Option<Self>> {
        metrics::table
            .find((account.as_uuid(), id.as_uuid()))
            .select(Self::as_select())
            .for_no_key_update()
            .first(connection)
            .optional()
    }

    /// The metric that devices call `name`.
    pub fn find_by_name(
        connection: &mut PgConnection,
        account: AccountId,
        name: &str,
    ) -> QueryResult<Option<Self>> {
        metrics::table
            .filter(metrics::account_id.eq(account.as_uuid()))
            .filter(metrics::name.eq(name))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The metrics with those names.
    pub fn find_by_names(
        connection: &mut PgConnection,
        account: AccountId,
        names: &[&str],
    ) -> QueryResult<Vec<Self>> {
        metrics::table
            .filter(metrics::account_id.eq(account.as_uuid()))
            .filter(metrics::name.eq_any(names))
            .select(Self::as_select())
            .load(connection)
    }

    /// Applies `changes` and answers the metric as it is then.
    pub fn change(
        connection: &mut PgConnection,
        account: AccountId,
        id: MetricId,
        changes: &MetricChanges,
    ) -> QueryResult<Self> {
        diesel::update(metrics::table.find((account.as_uuid(), id.as_uuid())))
            .set(changes)
            .returning(Self::as_returning())
            .get_result(connection)
    }
}
