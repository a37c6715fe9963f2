//! Bringing the schema up to date.

use std::collections::BTreeSet;

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    migration::{Migration, MigrationSource, MigrationVersion},
    pg::Pg,
    sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// An arbitrary number that every `migrate` of this project locks on.
const LOCK: i64 = 0x7461_6c6c_796b;

/// Why the schema was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database was migrated by a later release. Its services may rely on what this one does not know.
    #[error(
        "the schema is newer than this release: it has the migrations {0}, which this release does not know"
    )]
    Newer(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
    /// A migration failed; it was rolled back, and those before it are kept.
    #[error("a migration failed: {0}")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Applies what is missing, under a lock, so that several at once do it once. Answers how many were applied.
///
/// # Errors
/// See [`MigrationError`].
pub fn migrate(connection: &mut PgConnection) -> Result<usize, MigrationError> {
    sql_query(format!("select pg_advisory_lock({LOCK})")).execute(connection)?;
    let result = apply(connection);
    unlock(connection)?;
    result
}

fn apply(connection: &mut PgConnection) -> Result<usize, MigrationError> {
    refuse_newer(connection)?;
    let applied = connection.run_pending_migrations(MIGRATIONS).map_err(MigrationError::Migration)?.len();
    tracing::info!(applied, "database_migrations_complete");
    Ok(applied)
}

fn refuse_newer(connection: &mut PgConnection) -> Result<(), MigrationError> {
    let known: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrationError::Migration)?;
    let known: BTreeSet<_> = known.iter().map(|migration| migration.name().version().as_owned()).collect();
    let applied = connection.applied_migrations().map_err(MigrationError::Migration)?;
    let unknown: Vec<_> =
        applied.iter().filter(|version| !known.contains(version)).map(MigrationVersion::to_string).collect();
    if unknown.is_empty() { Ok(()) } else { Err(MigrationError::Newer(unknown.join(", "))) }
}

fn unlock(connection: &mut PgConnection) -> QueryResult<()> {
    sql_query(format!("select pg_advisory_unlock({LOCK})")).execute(connection).map(|_| ())
}
