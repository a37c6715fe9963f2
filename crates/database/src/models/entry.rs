//! Entries and their values.

use diesel::{PgConnection, prelude::*, upsert::excluded};
use jiff::{Timestamp, civil::Date};
use tallykeep_domain::{AccountId, EntryDate, MetricId};
use uuid::Uuid;

use crate::schema::metrics::{entries, entry_values, metrics};

/// A local calendar day that a person filled in, without its values.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = entries, check_for_backend(diesel::pg::Pg))]
pub struct Entry {
    /// The day, in the account's time zone.
    #[diesel(deserialize_as = jiff_diesel::Date)]
    pub date: Date,
    /// Free text.
    pub note: Option<String>,
    /// When it was first filled in.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// One value of an entry.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct EntryValue {
    /// Of which day.
    #[diesel(deserialize_as = jiff_diesel::Date)]
    pub date: Date,
    /// The name of its metric.
    pub metric: String,
    /// The value, in the metric's unit.
    pub value: f64,
}

impl Entry {
    /// Writes the day with exactly `values`, in place of what it held before, and answers whether it is new.
    pub fn replace(
        connection: &mut PgConnection,
        account: AccountId,
        date: EntryDate,
        note: Option<&str>,
        values: &[(MetricId, f64)],
    ) -> QueryResult<(Self, bool)> {
        let written = Self::upsert(connection, account, date, note)?;
        EntryValue::delete_all(connection, account, date)?;
        EntryValue::insert_all(connection, account, date, values)?;
        Ok(written)
    }

    fn upsert(
        connection: &mut PgConnection,
        account: AccountId,
        date: EntryDate,
        note: Option<&str>,
    ) -> QueryResult<(Self, bool)> {
        // A row that this statement inserted has no deleting transaction: the usual way to learn which of the two an
        // upsert did, and right for two writers at once, where a look beforehand would call both the first.
        let inserted = diesel::dsl::sql::<diesel::sql_types::Bool>("xmax = 0");
        diesel::insert_into(entries::table)
            .values((
                entries::account_id.eq(account.as_uuid()),
                entries::date.eq(jiff_diesel::Date::from(date.as_date())),
                entries::note.eq(note),
            ))
            .on_conflict((entries::account_id, entries::date))
            .do_update()
            .set((entries::note.eq(excluded(entries::note)), entries::updated_at.eq(diesel::dsl::now)))
            .returning((Self::as_returning(), inserted))
            .get_result(connection)
    }

    /// One day.
    pub fn find(
        connection: &mut PgConnection,
        account: AccountId,
        date: EntryDate,
    ) -> QueryResult<Option<Self>> {
        entries::table
            .find((account.as_uuid(), jiff_diesel::Date::from(date.as_date())))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The days from `first` to `last`, both included, at most `limit` of them, in order.
    pub fn list(
        connection: &mut PgConnection,
        account: AccountId,
        first: EntryDate,
        last: EntryDate,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        entries::table
            .filter(entries::account_id.eq(account.as_uuid()))
            .filter(
                entries::date.between(
                    jiff_diesel::Date::from(first.as_date()),
                    jiff_diesel::Date::from(last.as_date()),
                ),
            )
            .order(entries::date)
            .limit(limit)
            .select(Self::as_select())
            .load(connection)
    }

    /// Removes a day with its values.
    pub fn delete(connection: &mut PgConnection, account: AccountId, date: EntryDate) -> QueryResult<usize> {
        diesel::delete(entries::table.find((account.as_uuid(), jiff_diesel::Date::from(date.as_date()))))
            .execute(connection)
    }
}

impl EntryValue {
    /// The values of the days from `first` to `last`, both included, by day and metric.
    pub fn list(
        connection: &mut PgConnection,
        account: AccountId,
        first: EntryDate,
        last: EntryDate,
    ) -> QueryResult<Vec<Self>> {
        Self::select_between(account, first, last).order((entry_values::date, metrics::name)).load(connection)
    }

    /// The values of one metric on the days from `first` to `last`, both included, in order.
    pub fn of_metric(
        connection: &mut PgConnection,
        account: AccountId,
        metric: MetricId,
        first: EntryDate,
        last: EntryDate,
    ) -> QueryResult<Vec<Self>> {
        Self::select_between(account, first, last)
            .filter(entry_values::metric_id.eq(metric.as_uuid()))
            .order(entry_values::date)
            .load(connection)
    }

    #[diesel::dsl::auto_type(no_type_alias)]
    fn select_between(account: AccountId, first: EntryDate, last: EntryDate) -> _ {
        let account: Uuid = account.as_uuid();
        let first: jiff_diesel::Date = jiff_diesel::Date::from(first.as_date());
        let last: jiff_diesel::Date = jiff_diesel::Date::from(last.as_date());
        entry_values::table
            .inner_join(metrics::table.on(
                metrics::account_id.eq(entry_values::account_id).and(metrics::id.eq(entry_values::metric_id)),
            ))
            .filter(entry_values::account_id.eq(account))
            .filter(entry_values::date.between(first, last))
            .select((entry_values::date, metrics::name, entry_values::value))
    }

    fn delete_all(connection: &mut PgConnection, account: AccountId, date: EntryDate) -> QueryResult<()> {
        diesel::delete(
            entry_values::table
                .filter(entry_values::account_id.eq(account.as_uuid()))
                .filter(entry_values::date.eq(jiff_diesel::Date::from(date.as_date()))),
        )
        .execute(connection)
        .map(|_| ())
    }

    fn insert_all(
        connection: &mut PgConnection,
        account: AccountId,
        date: EntryDate,
        values: &[(MetricId, f64)],
    ) -> QueryResult<()> {
        let rows: Vec<_> = values
            .iter()
            .map(|(metric, value)| {
                (
                    entry_values::account_id.eq(account.as_uuid()),
                    entry_values::date.eq(jiff_diesel::Date::from(date.as_date())),
                    entry_values::metric_id.eq(metric.as_uuid()),
                    entry_values::value.eq(value),
                )
            })
            .collect();
        diesel::insert_into(entry_values::table).values(rows).execute(connection).map(|_| ())
    }
}
