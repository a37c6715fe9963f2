//! Tests of the worker, with a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy.toml exempts tests from this, but not the helpers of tests")]

mod compaction;
mod process;
mod time_zones;

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

/// What `sql` answers in its one column, `line`.
fn lines(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let rows: Vec<Row> = sql_query(sql).load(connection).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}
