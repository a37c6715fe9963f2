//! A store over a database of its own, and short ways to fill it and to look into it.

use diesel::{
    Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types::Text,
};
use tallykeep_database::{Pool, PoolSettings, ServiceRole, as_account, as_reader, connect};
use tallykeep_domain::{AccountId, Instant, Sample, SeriesId, TimeRange};
use tallykeep_store::{ReadError, Round, Samples, Writer, WriterSettings, compact, delete, read};
use tallykeep_test_support::TestDatabase;

/// Series, time in Unix milliseconds, value.
pub(crate) type Row = (i64, i64, f64);

pub(crate) struct Store {
    pub(crate) database: TestDatabase,
    pub(crate) writer: Writer,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self::with_room(WriterSettings::default().most_waiting_mib)
    }

    /// A store in which that many MiB may wait for their commit.
    pub(crate) fn with_room(most_waiting_mib: usize) -> Self {
        Self::with(&WriterSettings { most_waiting_mib, ..WriterSettings::default() })
    }

    pub(crate) fn with(settings: &WriterSettings) -> Self {
        let database = TestDatabase::new();
        let writer = Writer::start(pool(database.url(ServiceRole::Ingest)), settings).unwrap();
        Self { database, writer }
    }

    pub(crate) async fn append(&self, account: AccountId, rows: &[Row]) {
        self.writer.append(account, samples(rows)).await.unwrap();
    }

    pub(crate) fn connect(&self) -> PgConnection {
        self.database.connect(ServiceRole::Ingest)
    }

    pub(crate) fn read(&self, account: AccountId, series: &[i64], range: TimeRange) -> Vec<Row> {
        self.read_at_most(account, series, range, usize::MAX).unwrap()
    }

    pub(crate) fn read_all(&self, account: AccountId) -> Vec<Row> {
        self.read(account, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], TimeRange::ALL)
    }

    /// As the query service reads.
    pub(crate) fn read_at_most(
        &self,
        account: AccountId,
        series: &[i64],
        range: TimeRange,
        most: usize,
    ) -> Result<Vec<Row>, ReadError> {
        let series = series.iter().copied().map(SeriesId).collect();
        let connection = &mut self.database.connect(ServiceRole::Query);
        let found =
            as_reader(connection, account, |connection| read(connection, account, &series, range, most))?;
        let row = |series: SeriesId, sample: Sample| (series.0, sample.at.as_millis(), sample.value);
        Ok(found
            .into_iter()
            .flat_map(|(series, samples)| samples.into_iter().map(move |sample| row(series, sample)))
            .collect())
    }

    pub(crate) fn delete(&self, account: AccountId, series: &[i64], range: TimeRange) {
        let connection = &mut self.connect();
        let delete = |connection: &mut _| {
            delete_in(connection, account, series, range);
            Ok::<_, diesel::result::Error>(())
        };
        as_account(connection, account, delete).unwrap();
    }

    /// One round, as the worker does it.
    pub(crate) fn compact(&self, account: AccountId) -> Round {
        compact(&mut self.database.connect(ServiceRole::Worker), account).unwrap().unwrap()
    }

    /// A round that is done but for its commit.
    pub(crate) fn begin_compaction(&self, account: AccountId) -> PgConnection {
        let mut connection = self.database.connect(ServiceRole::Worker);
        connection.begin_test_transaction().unwrap();
        compact(&mut connection, account).unwrap().unwrap();
        connection
    }

    /// One line for each chunk of all accounts.
    pub(crate) fn chunks(&self) -> Vec<String> {
        self.lines(
            "select format('series %s: %s samples, %s to %s', series_id, samples,
                (extract(epoch from earliest) * 1000)::bigint, (extract(epoch from latest) * 1000)::bigint) as line
            from metrics.chunks order by series_id, earliest",
        )
    }

    /// How many deletions wait to be carried out.
    pub(crate) fn deletions(&self) -> usize {
        self.lines("select id::text as line from metrics.deletions").len()
    }

    /// One line for each segment of all accounts: samples, earliest and latest in Unix milliseconds.
    pub(crate) fn segments(&self) -> Vec<String> {
        let sql = "select format('%s samples, %s to %s', samples,
                (extract(epoch from earliest) * 1000)::bigint, (extract(epoch from latest) * 1000)::bigint) as line
            from metrics.segments order by id";
        self.lines(sql)
    }

    /// The column `line` of what `sql` answers.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = sql_query(sql).load(&mut self.database.connect_as_superuser()).unwrap();
        lines.into_iter().map(|row| row.line).collect()
    }

    /// The column `line` of what `sql` answers to `role`.
    pub(crate) fn try_lines_as(&self, role: &str, sql: &str) -> QueryResult<Vec<String>> {
        let connection = &mut self.database.connect_as_superuser();
        sql_query(format!("set role {role}")).execute(connection)?;
        Ok(sql_query(sql).load::<Line>(connection)?.into_iter().map(|row| row.line).collect())
    }

    /// Makes the series 1 of the account, as ingest would have.
    pub(crate) fn define_series(&self, account: AccountId) {
        self.execute(&format!(
            "with metric as (insert into metrics.metrics (account_id, id, name, title, unit, kind, aggregation)
                values ('{account}', gen_random_uuid(), 'temperature', 'Temperature', '°C', 'gauge', 'avg')
                returning account_id, id)
            insert into metrics.series (account_id, id, metric_id, fingerprint, labels)
                select account_id, 1, id, '', '{{\"room\": \"kitchen\"}}' from metric"
        ));
    }

    pub(crate) fn execute(&self, sql: &str) {
        sql_query(sql).execute(&mut self.database.connect_as_superuser()).unwrap();
    }

    /// Waits until `sql` answers true.
    pub(crate) fn wait_until(&self, sql: &str) {
        let connection = &mut self.database.connect_as_superuser();
        let sql = format!("select 1 where ({sql})");
        while sql_query(&sql).execute(connection).unwrap() == 0 {
            std::thread::yield_now();
        }
    }
}

/// Within a transaction that acts for `account`.
pub(crate) fn delete_in(connection: &mut PgConnection, account: AccountId, series: &[i64], range: TimeRange) {
    delete(connection, account, &series.iter().copied().map(SeriesId).collect(), range).unwrap();
}

pub(crate) fn pool(url: secrecy::SecretString) -> Pool {
    connect(&PoolSettings { connections: 2.try_into().unwrap(), wait_ms: 500, ..PoolSettings::new(url) })
        .unwrap()
}

pub(crate) fn samples(rows: &[Row]) -> Samples {
    let mut samples = Samples::default();
    for &(series, at, value) in rows {
        samples.push(SeriesId(series), Sample::new(at, value).unwrap());
    }
    samples
}

/// From `start` up to, but without, `end`, in Unix milliseconds.
pub(crate) fn range(start: i64, end: i64) -> TimeRange {
    let instant = |milliseconds| Instant::from_millis(milliseconds).unwrap();
    TimeRange::new(instant(start), instant(end)).unwrap()
}

/// Begins a transaction that acts for `account`, to be ended by the test.
pub(crate) fn begin(connection: &mut PgConnection, account: AccountId) {
    connection.begin_test_transaction().unwrap();
    sql_query(format!("select set_config('tallykeep.account', '{account}', true)"))
        .execute(connection)
        .unwrap();
}
