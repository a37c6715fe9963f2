//! The database of this process: PostgreSQL's programs, a cluster of its own, and the schema in it.

use anyhow::Context;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_database::ServiceRole;
use tallykeep_embedded_postgres::{Cluster, Options};
use tallykeep_migrate::Passwords;

use crate::{StandaloneSettings, random::random_text, services::ServiceUrls};

pub(crate) const NAME: &str = "tallykeep";

/// A cluster that runs, with the schema of this release. It stops when it is dropped.
pub struct Database {
    cluster: Cluster,
    passwords: Passwords,
}

impl Database {
    /// Starts the cluster and brings the schema up to date. Blocks until it is done.
    ///
    /// # Errors
    /// When there is no PostgreSQL on this machine, or its data cannot be used.
    pub fn start(settings: &StandaloneSettings) -> anyhow::Result<Self> {
        let mut options = Options::new(&settings.data);
        options.binaries.clone_from(&settings.postgres_binaries);
        options.run_as.clone_from(&settings.postgres_user);
        options.shared_buffers_mib = settings.postgres_cache_mib;
        let cluster = Cluster::start(&options)?;
        create_database(&cluster)?;
        // The roles' passwords are set at every start, so none of them has to be kept anywhere.
        let password = || random_text().map(SecretString::from);
        let passwords =
            Passwords { auth: password()?, ingest: password()?, query: password()?, worker: password()? };
        tallykeep_migrate::run(&cluster.connection_url(NAME), &passwords)?;
        Ok(Self { cluster, passwords })
    }

    /// Where each service finds it, each with a role of its own.
    #[must_use]
    pub fn urls(&self) -> ServiceUrls {
        let url = |role: ServiceRole| {
            let password = self.passwords.of(role).expose_secret();
            format!("postgres://{}:{password}@127.0.0.1:{}/{NAME}", role.name(), self.cluster.port()).into()
        };
        ServiceUrls {
            auth: url(ServiceRole::Auth),
            ingest: url(ServiceRole::Ingest),
            query: url(ServiceRole::Query),
            worker: url(ServiceRole::Worker),
        }
    }
}

fn create_database(cluster: &Cluster) -> anyhow::Result<()> {
    let url = cluster.connection_url("postgres");
    let mut connection =
        PgConnection::establish(url.expose_secret()).context("the embedded PostgreSQL cannot be reached")?;
    if exists(&mut connection)? {
        return Ok(());
    }
    let created = sql_query(format!("create database {NAME}")).execute(&mut connection);
    // What a start asked for that was killed since, the server may have been about to finish.
    if created.is_err() && exists(&mut connection)? {
        return Ok(());
    }
    created?;
    Ok(())
}

fn exists(connection: &mut PgConnection) -> QueryResult<bool> {
    let found = sql_query(format!("select from pg_database where datname = '{NAME}'")).execute(connection)?;
    Ok(found > 0)
}
