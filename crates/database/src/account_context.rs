//! For whom a transaction acts. Row-level security reads it from settings that end with the transaction, so a pooled
//! connection carries nothing over to its next user.

use diesel::{
    Connection, PgConnection, QueryResult, RunQueryDsl,
    sql_types::{Bool, Text},
};
use tallykeep_domain::AccountId;

/// Runs `work` in a transaction that acts for `account`: it sees and writes that account's rows and no others.
///
/// # Errors
/// Those of `work`, and of the database.
pub fn as_account<T, E>(
    connection: &mut PgConnection,
    account: AccountId,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    connection.transaction(|connection| {
        act_for(connection, account)?;
        work(connection)
    })
}

fn act_for(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    set_local(connection, "tallykeep.account", &account.to_string())
}

/// Runs `work` in a transaction that acts for `account`, changes nothing, and sees all the time what its first statement
/// saw: for a reader of several statements that others must not come between.
///
/// # Errors
/// Those of `work`, and of the database.
pub fn as_reader<T, E>(
    connection: &mut PgConnection,
    account: AccountId,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    connection.build_transaction().repeatable_read().read_only().run(|connection| {
        act_for(connection, account)?;
        work(connection)
    })
}

/// Runs `work` in a transaction that may read the row that `credential` belongs to: an e-mail address, or the
/// SHA-256 of a token in hexadecimal.
///
/// # Errors
/// Those of `work`, and of the database.
pub fn with_credential<T, E>(
    connection: &mut PgConnection,
    credential: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    connection.transaction(|connection| {
        present_credential(connection, credential)?;
        work(connection)
    })
}

/// Presents `credential` in the transaction under way, in the place of another one, to its end.
///
/// # Errors
/// Those of the database.
pub fn present_credential(connection: &mut PgConnection, credential: &str) -> QueryResult<()> {
    set_local(connection, "tallykeep.credential", credential)
}

/// Runs `work` in a transaction that acts for the installation as a whole: for its administrator, its command line or its
/// jobs. It sees the rows of every account, in the tables that have a policy for it.
///
/// # Errors
/// Those of `work`, and of the database.
pub fn as_operator<T, E>(
    connection: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    connection.transaction(|connection| {
        set_local(connection, "tallykeep.operator", "on")?;
        work(connection)
    })
}

/// Lets the transaction's commit be answered before it is on disk: for what may be forgotten when the database crashes
/// within the next second, and should not hold anybody up.
///
/// # Errors
/// Those of the database.
pub fn commit_without_waiting(connection: &mut PgConnection) -> QueryResult<()> {
    set_local(connection, "synchronous_commit", "off")
}

diesel::define_sql_function! {
    /// PostgreSQL's function of that name.
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
}

fn set_local(connection: &mut PgConnection, name: &str, value: &str) -> QueryResult<()> {
    diesel::select(set_config(name, value, true)).execute(connection).map(|_| ())
}
