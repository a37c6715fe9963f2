//! The only place where a handler's database work runs.

use actix_web::web;
use diesel::PgConnection;
use tallykeep_database::{Pool, as_account};
use tallykeep_domain::AccountId;
use tracing::Span;

use crate::Problem;

/// Runs synchronous Diesel on the blocking pool, within the span of the caller.
///
/// The connection is taken inside, on the blocking thread: waiting for one must not hold up the event loop.
///
/// # Errors
/// Those of `work`, and 503 when the database is away or every connection is busy for too long.
pub async fn run_db<T, E>(
    pool: &Pool,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    let (pool, span) = (pool.clone(), Span::current());
    web::block(move || {
        span.in_scope(|| {
            let mut connection = pool.get().map_err(Problem::database_away)?;
            work(&mut connection).map_err(Into::into)
        })
    })
    .await
    .map_err(Problem::internal)?
}

/// The same in one transaction that acts for `account`.
///
/// # Errors
/// As [`run_db`].
pub async fn run_db_as<T>(
    pool: &Pool,
    account: AccountId,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
{
    run_db(pool, move |connection| as_account(connection, account, work)).await
}
