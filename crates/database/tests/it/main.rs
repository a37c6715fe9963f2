//! Tests of the schema, its rights and the models, with a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy.toml exempts tests from this, but not the helpers of tests")]

mod account_context;
mod audit;
mod catalogue;
mod labels;
mod migrations;
mod schema;
mod signing_keys;

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What `sql` answers in its one column, `line`.
fn lines(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = sql_query(sql).load(connection).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

fn execute(connection: &mut PgConnection, sql: &str) {
    sql_query(sql).execute(connection).unwrap();
}
