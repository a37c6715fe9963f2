//! The only place where a handler's database work runs, and the pool that it runs on.

use actix_web::web;
use diesel::PgConnection;
use tallykeep_database::{Pool, PoolSettings, as_account, as_reader};
use tallykeep_domain::AccountId;
use tracing::Span;

use crate::{HttpSettings, Problem, check_secret};

/// The pool of a service by itself.
///
/// # Errors
/// When the password of its role is weak, or the address is no URL.
pub fn connect(database: &PoolSettings, http: &HttpSettings) -> anyhow::Result<Pool> {
    if let Some(password) = &database.password {
        check_secret("database.password", password, &http.public_url)?;
    }
    Ok(tallykeep_database::connect(database)?)
}

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

/// The same in one transaction that acts for `account`, changes nothing, and sees all the time what it saw first.
///
/// # Errors
/// As [`run_db`].
pub async fn read_db_as<T>(
    pool: &Pool,
    account: AccountId,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
{
    run_db(pool, move |connection| as_reader(connection, account, work)).await
}
