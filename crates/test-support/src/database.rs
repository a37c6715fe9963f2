//! A private database per test, copied from one that is migrated once.

use std::env;

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_database::ServiceRole;
use tallykeep_migrate::Passwords;
use tallykeep_standalone::ServiceUrls;
use uuid::Uuid;

/// The variable with the address of the server that tests use, as a superuser.
pub const SERVER_VARIABLE: &str = "TALLYKEEP_TEST_DATABASE_URL";

const TEMPLATE: &str = "tallykeep_template";
/// An arbitrary number that test processes lock on while the template is made.
const LOCK: i64 = 0x7465_7374;
/// Roles belong to the whole server, so all tests share their password.
const PASSWORD: &str = "only-for-tests-0123456789abcdef-0123456789";

/// A database of a test's own, with the schema. It is dropped with it.
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// A new one with the schema and no rows.
    #[must_use]
    pub fn new() -> Self {
        Self::copy_of(&ensure_template())
    }

    /// A new one with nothing in it, not even a schema. The roles are there, because they belong to the server.
    #[must_use]
    pub fn empty() -> Self {
        ensure_template();
        Self::copy_of("template0")
    }

    fn copy_of(template: &str) -> Self {
        let server = server();
        let name = format!("test_{}", Uuid::now_v7().simple());
        execute(&server, &format!("create database {name} template {template}"));
        Self { server, name }
    }

    /// Its address as a superuser.
    #[must_use]
    pub fn superuser_url(&self) -> SecretString {
        with_database(&self.server, &self.name).into()
    }

    /// Its address as the role of a service.
    #[must_use]
    pub fn url(&self, role: ServiceRole) -> SecretString {
        self.url_through(role, &address(&self.server))
    }

    /// The addresses of all services, reached through `address` (`host:port`).
    #[must_use]
    pub fn urls_through(&self, address: &str) -> ServiceUrls {
        ServiceUrls {
            auth: self.url_through(ServiceRole::Auth, address),
            ingest: self.url_through(ServiceRole::Ingest, address),
            query: self.url_through(ServiceRole::Query, address),
            worker: self.url_through(ServiceRole::Worker, address),
        }
    }

    /// Where its server listens, as `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        address(&self.server)
    }

    /// A connection as the role of a service.
    #[must_use]
    pub fn connect(&self, role: ServiceRole) -> PgConnection {
        PgConnection::establish(self.url(role).expose_secret()).expect("the test's database answers")
    }

    /// A connection as a superuser, which row-level security does not bind.
    #[must_use]
    pub fn connect_as_superuser(&self) -> PgConnection {
        PgConnection::establish(self.superuser_url().expose_secret()).expect("the test's database answers")
    }

    fn url_through(&self, role: ServiceRole, address: &str) -> SecretString {
        format!("postgres://{}:{PASSWORD}@{address}/{}", role.name(), self.name).into()
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        execute(&self.server, &format!("drop database {} with (force)", self.name));
    }
}

/// The passwords of the roles on the test server.
pub(crate) fn passwords() -> Passwords {
    Passwords {
        auth: PASSWORD.into(),
        ingest: PASSWORD.into(),
        query: PASSWORD.into(),
        worker: PASSWORD.into(),
    }
}

/// Makes the template unless another test of this server has. The server lives for one run, so it is never stale.
fn ensure_template() -> String {
    let server = server();
    let mut connection = connect(&server);
    let run = |connection: &mut PgConnection, sql: &str| sql_query(sql).execute(connection).expect(sql);
    run(&mut connection, &format!("select pg_advisory_lock({LOCK})"));
    if run(&mut connection, &format!("select from pg_database where datname = '{TEMPLATE}'")) == 0 {
        let making = format!("{TEMPLATE}_making");
        run(&mut connection, &format!("drop database if exists {making}"));
        run(&mut connection, &format!("create database {making} template template0"));
        tallykeep_migrate::run(&with_database(&server, &making).into(), &passwords())
            .expect("the schema is made");
        run(&mut connection, &format!("alter database {making} rename to {TEMPLATE}"));
    }
    run(&mut connection, &format!("select pg_advisory_unlock({LOCK})"));
    TEMPLATE.to_owned()
}

fn server() -> String {
    env::var(SERVER_VARIABLE).unwrap_or_else(|_| {
        panic!("{SERVER_VARIABLE} is not set: run the tests by scripts/test, or below `with-postgres`")
    })
}

fn execute(server: &str, sql: &str) {
    sql_query(sql).execute(&mut connect(server)).expect(sql);
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("the test server answers")
}

fn with_database(server: &str, name: &str) -> String {
    let (address, _) = server.rsplit_once('/').expect("the server's address names a database");
    format!("{address}/{name}")
}

fn address(server: &str) -> String {
    let behind = server.rsplit_once('@').map_or(server, |(_, behind)| behind);
    behind.split('/').next().unwrap_or_default().to_owned()
}
