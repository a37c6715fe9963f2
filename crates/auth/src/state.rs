//! What the routes share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use secrecy::SecretString;
use tallykeep_database::{
    Pool, as_account,
    models::{Account, ApiKey},
    with_credential,
};
use tallykeep_domain::ApiKeySecret;
use tallykeep_service::{Grant, Problem, hex, run_db, token_hash};

use crate::{
    AuthSettings, RegistrationMode,
    keys::{SigningKey, derive_pepper},
    password::Passwords,
    site::Site,
};

/// How precise the last use of an API key is kept. More would be a write for every request.
const LAST_USE_PRECISION_SECONDS: i64 = 60;

/// The auth service's state. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) passwords: Passwords,
    pub(crate) signing_key: Arc<SigningKey>,
    pub(crate) public_url: Arc<str>,
    pub(crate) site: Arc<Site>,
    pub(crate) registration: RegistrationMode,
    pub(crate) session_days: u16,
    pub(crate) audit_days: u16,
    pub(crate) erasure_days: u16,
    pub(crate) erasing_services: Arc<[String]>,
    pub(crate) introspection_credentials: Arc<BTreeMap<String, SecretString>>,
}

impl State {
    /// Derives the keys from the settings.
    ///
    /// # Errors
    /// When a setting is missing or wrong.
    pub fn build(settings: &AuthSettings, public_url: &str, pool: Pool) -> anyhow::Result<Self> {
        let secret = settings.checked_secret(public_url)?;
        Ok(Self {
            pool,
            passwords: Passwords::new(derive_pepper(secret)?, settings.hashing_parallelism)?,
            signing_key: Arc::new(SigningKey::derive(secret)?),
            public_url: public_url.trim_end_matches('/').into(),
            site: Arc::new(Site::new(public_url, settings.cookie_domain.as_deref())?),
            registration: settings.registration,
            session_days: settings.session_days,
            audit_days: settings.audit_days,
            erasure_days: settings.erasure_days,
            erasing_services: settings
                .erasing_services
                .iter()
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            introspection_credentials: Arc::new(settings.introspection_credentials.clone()),
        })
    }

    /// What an API key is worth; `None` when it is not, or no longer, good.
    pub(crate) async fn introspect_api_key(&self, key: &str) -> Result<Option<Grant>, Problem> {
        if key.parse::<ApiKeySecret>().is_err() {
            return Ok(None);
        }
        let hash = token_hash(key);
        let found = run_db(&self.pool, move |connection| {
            with_credential(connection, &hex(&hash), |connection| {
                let Some(key) = ApiKey::find_by_secret(connection, &hash)? else { return Ok(None) };
                as_account(connection, key.account_id, |connection| {
                    let age = key.last_used_at.map(|at| at.duration_until(jiff::Timestamp::now()).as_secs());
                    if age.is_none_or(|seconds| seconds >= LAST_USE_PRECISION_SECONDS) {
                        key.touch(connection)?;
                    }
                    Ok::<_, diesel::result::Error>(
                        Account::find(connection, key.account_id)?.map(|account| (key, account)),
                    )
                })
            })
        })
        .await?;
        let grant = |(key, account): (ApiKey, Account)| {
            Grant::parse(&account.id.to_string(), &key.scopes, &account.time_zone).map_err(Problem::internal)
        };
        found.map(grant).transpose()
    }
}
