//! All services as one application.

use std::{num::NonZeroU32, sync::Arc};

use actix_web::web::Data;
use secrecy::SecretString;
use tallykeep_auth::LocalAuthority;
use tallykeep_database::{InvalidUrl, Pool, PoolSettings, connect};
use tallykeep_service::{Authenticator, Health, Jobs};
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
}

/// The states of all services. Clones share them.
#[derive(Clone)]
pub struct Services {
    authority: Arc<LocalAuthority>,
    authenticator: Data<Authenticator>,
    auth: tallykeep_auth::State,
    ingest: tallykeep_ingest::State,
    query: tallykeep_query::State,
    health: Health,
}

impl Services {
    /// Builds each service over its own connections.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn build(settings: &Settings, urls: &ServiceUrls) -> anyhow::Result<Self> {
        let public_url = &settings.http.public_url;
        let auth_pool = pool(&urls.auth)?;
        let auth = tallykeep_auth::State::build(&settings.auth, public_url, auth_pool.clone())?;
        // Of all services the one that holds data of accounts: only it has something to confirm.
        let authority = Arc::new(LocalAuthority::new(auth.clone(), "ingest"));
        Ok(Self {
            authenticator: Data::new(Authenticator::new(Arc::clone(&authority) as _, public_url)),
            authority,
            auth,
            ingest: tallykeep_ingest::State::build(&settings.ingest, pool(&urls.ingest)?)?,
            query: tallykeep_query::State::build(&settings.query, pool(&urls.query)?),
            health: Health::with_database(auth_pool),
        })
    }

    /// Starts the work that nobody waits for. It ends with what is answered.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_jobs(&self) -> anyhow::Result<[Jobs; 2]> {
        let authority = Arc::clone(&self.authority);
        Ok([
            tallykeep_auth::start_jobs(self.auth.clone())?,
            tallykeep_ingest::start_jobs(&self.ingest, authority)?,
        ])
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
            tallykeep_auth::configure(self.auth)(services);
            tallykeep_ingest::configure(self.ingest)(services);
            tallykeep_query::configure(self.query)(services);
            services.map(|services| services.configure(tallykeep_web::configure));
        }
    }
}

fn pool(url: &SecretString) -> Result<Pool, InvalidUrl> {
    let connections = NonZeroU32::MIN.saturating_add(5);
    connect(&PoolSettings { connections, ..PoolSettings::new(url.clone()) })
}
