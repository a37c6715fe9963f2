//! Tests of the ingest service over HTTP, with a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy.toml exempts tests from this, but not the helpers of tests")]

mod bodies;
mod delete;
mod entries;
mod influx;
mod limits;
mod line_protocol;
mod metrics;
mod openapi;
mod outage;
mod races;
mod retention;
mod samples;

use std::io::Write;

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use flate2::{Compression, write::GzEncoder};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tallykeep_test_support::{Client, TestApp, TestDatabase};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many rows of all accounts `table` has.
fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sql_query(sql).get_result::<Count>(&mut app.database.connect_as_superuser()).unwrap().count
}

/// All samples of a metric as the query service gives them out: labels and points of each series. Null without the
/// metric.
async fn stored(client: &Client, metric: &str) -> Value {
    let parameters = [
        ("metric", metric),
        ("aggregate", "raw"),
        ("group_by", "host"),
        ("start", "1900-01-01T00:00:00Z"),
        ("end", "2199-12-31T00:00:00Z"),
        ("points", "100000"),
    ];
    let answer = Client::send(client.request(Method::GET, "/api/v1/query").query(&parameters)).await;
    if answer.status == 404 {
        return Value::Null;
    }
    let series = answer.expect(200)["series"].clone();
    let series = series.as_array().unwrap().iter();
    series.map(|series| json!([series["labels"], series["points"]])).collect()
}

/// POST of `body`, compressed.
fn gzipped(client: &Client, path: &str, body: &[u8]) -> RequestBuilder {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    let body = encoder.finish().unwrap();
    client.request(Method::POST, path).header("content-encoding", "gzip").body(body)
}

/// Keeps everybody else from writing to a table until it is dropped.
struct Stall {
    connection: PgConnection,
    table: &'static str,
}

impl Stall {
    fn begin(database: &TestDatabase, table: &'static str) -> Self {
        let mut connection = database.connect_as_superuser();
        sql_query("begin").execute(&mut connection).unwrap();
        sql_query(format!("lock table {table} in exclusive mode")).execute(&mut connection).unwrap();
        Self { connection, table }
    }

    /// Returns when somebody waits for the table.
    async fn wait_for_writer(&mut self) {
        let sql = format!(
            "select from pg_locks where not granted and relation = '{}'::regclass
                and database = (select oid from pg_database where datname = current_database())",
            self.table
        );
        while sql_query(&sql).execute(&mut self.connection).unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    }
}
