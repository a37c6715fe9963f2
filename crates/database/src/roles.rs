//! The login roles of the services. They belong to the PostgreSQL server, not to one database, so they are made
//! beside the migrations, which grant them their rights.

use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use postgres_protocol::password::scram_sha_256;
use secrecy::{ExposeSecret, SecretString};

/// A service's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceRole {
    /// The auth service.
    Auth,
    /// The ingest service.
    Ingest,
    /// The query service.
    Query,
    /// The worker.
    Worker,
}

impl ServiceRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Ingest, Self::Query, Self::Worker];

    /// The role's name in PostgreSQL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "tallykeep_auth",
            Self::Ingest => "tallykeep_ingest",
            Self::Query => "tallykeep_query",
            Self::Worker => "tallykeep_worker",
        }
    }
}

/// What tools for business intelligence sign in as, once the operator has given it a password. It reads the views in the
/// schema `reports` and changes nothing.
pub const READER: &str = "tallykeep_reader";

/// Makes the roles that are missing and sets the password of each service. Safe to repeat, and safe in several databases of
/// one server at once.
///
/// # Errors
/// When the connection's role may not make roles.
pub fn create_roles(
    connection: &mut PgConnection,
    passwords: impl Fn(ServiceRole) -> SecretString,
) -> QueryResult<()> {
    connection.transaction(|connection| {
        // An advisory lock holds within one database only; a lock on a shared catalogue holds in all of them.
        sql_query("lock table pg_catalog.pg_auth_members in share row exclusive mode").execute(connection)?;
        for role in ServiceRole::ALL {
            create_role(connection, role.name(), &passwords(role))?;
        }
        create_if_missing(connection, READER)?;
        // What else it may, and whether it may sign in, is the operator's to say, and stays.
        sql_query(format!("alter role {READER} set statement_timeout = '60s'")).execute(connection)?;
        Ok(())
    })
}

/// The password travels as its SCRAM verifier (RFC 5803), so that a statement in a log of the server gives nothing away.
fn create_role(connection: &mut PgConnection, name: &str, password: &SecretString) -> QueryResult<()> {
    let verifier = scram_sha_256(password.expose_secret().as_bytes());
    create_if_missing(connection, name)?;
    let limit = "login nosuperuser nocreatedb nocreaterole noinherit nobypassrls";
    sql_query(format!("alter role {name} with {limit} password '{verifier}'")).execute(connection)?;
    for setting in
        ["statement_timeout = '60s'", "idle_in_transaction_session_timeout = '60s'", "search_path = ''"]
    {
        sql_query(format!("alter role {name} set {setting}")).execute(connection)?;
    }
    Ok(())
}

fn create_if_missing(connection: &mut PgConnection, name: &str) -> QueryResult<()> {
    let create = format!(
        "do $$ begin
             if not exists (select from pg_roles where rolname = '{name}') then create role {name}; end if;
         end $$"
    );
    sql_query(create).execute(connection).map(|_| ())
}
