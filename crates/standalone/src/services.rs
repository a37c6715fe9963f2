//! All services as one application.

use std::{num::NonZeroU32, sync::Arc};

use actix_web::web::Data;
use secrecy::SecretString;
use tallykeep_auth::{LocalAuthority, Watch};
use tallykeep_database::{Pool, PoolSettings, connect};
use tallykeep_service::{Authenticator, Health, Jobs};
use tallykeep_worker::WorkerSettings;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Settings;

/// Where each service finds the database, with its own role.
#[derive(Debug, Clone)]
pub struct ServiceUrls {
    /// As `tallykeep_auth`.
    pub auth: SecretString,
    /// As `tallykeep_ingest`.
    pub ingest: SecretString,
    /// As `tallykeep_query`.
    pub query: SecretString,
    /// As `tallykeep_worker`.
    pub worker: SecretString,
}

/// Work that nobody waits for. It ends when it is dropped.
pub struct Work {
    _auth: Jobs,
    _ingest: Jobs,
    _worker: Jobs,
    _watch: Watch,
}

/// The states of all services. Clones share them.
#[derive(Clone)]
pub struct Services {
    authority: Arc<LocalAuthority>,
    authenticator: Data<Authenticator>,
    auth: tallykeep_auth::State,
    ingest: tallykeep_ingest::State,
    query: tallykeep_query::State,
    worker: (WorkerSettings, Pool),
    health: Health,
    auth_database: PoolSettings,
}

impl Services {
    /// Builds each service over its own connections.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn build(settings: &Settings, urls: &ServiceUrls) -> anyhow::Result<Self> {
        let public_url = &settings.http.public_url;
        let auth_database = database(&urls.auth);
        let auth_pool = connect(&auth_database)?;
        let auth = tallykeep_auth::State::build(&settings.auth, public_url, auth_pool.clone())?;
        // Of all services the one that holds data of accounts: only it has something to confirm.
        let authority = Arc::new(LocalAuthority::new(auth.clone(), "ingest"));
        Ok(Self {
            authenticator: Data::new(Authenticator::new(Arc::clone(&authority) as _, public_url)),
            authority,
            auth,
            ingest: tallykeep_ingest::State::build(&settings.ingest, connect(&database(&urls.ingest))?)?,
            query: tallykeep_query::State::build(&settings.query, connect(&database(&urls.query))?),
            worker: (settings.worker.clone(), connect(&database(&urls.worker))?),
            health: Health::with_database(auth_pool),
            auth_database,
        })
    }

    /// Starts the work that nobody waits for. It ends with what is answered.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_jobs(&self) -> anyhow::Result<Work> {
        let authority = Arc::clone(&self.authority);
        Ok(Work {
            _auth: tallykeep_auth::start_jobs(self.auth.clone())?,
            _ingest: tallykeep_ingest::start_jobs(&self.ingest, Arc::clone(&authority) as _)?,
            _worker: tallykeep_worker::start_jobs(&self.worker.0, &self.worker.1, authority)?,
            _watch: Watch::start(&self.auth, &self.auth_database)?,
        })
    }

    /// What the health routes look at.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Mounts everything that a proxy would route to the services.
    pub fn configure(self) -> impl FnOnce(&mut ServiceConfig) {
        |services| {
            services.app_data(self.authenticator);
            // The router tries one route after the other, and samples come more often than anything else.
            tallykeep_ingest::configure(self.ingest)(services);
            tallykeep_auth::configure(self.auth)(services);
            tallykeep_query::configure(self.query)(services);
            services.map(|services| services.configure(tallykeep_web::configure));
        }
    }
}

fn database(url: &SecretString) -> PoolSettings {
    let connections = NonZeroU32::MIN.saturating_add(5);
    PoolSettings { connections, ..PoolSettings::new(url.clone()) }
}
