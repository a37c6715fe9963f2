//! What the routes share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use actix_web::{HttpRequest, web};
use secrecy::SecretString;
use tallykeep_database::{
    Pool,
    models::{LockoutRules, RateLimitRules},
};
use tallykeep_service::Problem;

use crate::{
    AuthSettings, RegistrationMode,
    federation::Providers,
    keys::{KeyRing, SigningKeys},
    mail::{Mailer, Outbox},
    passkey::RelyingParty,
    password::Passwords,
    recent::Recent,
    second_factor::Requirement,
    site::Site,
};

/// How precise the last use of an API key or a session is kept. More would be a write for every request.
pub(crate) const LAST_USE_PRECISION_SECONDS: i64 = 60;

/// The auth service's state. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) pool: Pool,
    pub(crate) passwords: Passwords,
    pub(crate) key_ring: Arc<KeyRing>,
    pub(crate) signing_keys: Arc<SigningKeys>,
    pub(crate) public_url: Arc<str>,
    pub(crate) site: Arc<Site>,
    relying_party: Option<Arc<RelyingParty>>,
    pub(crate) registration: RegistrationMode,
    pub(crate) session_days: u16,
    pub(crate) session_idle_hours: u16,
    pub(crate) audit_days: u16,
    pub(crate) lockout: LockoutRules,
    pub(crate) rate_limit: RateLimitRules,
    pub(crate) recent: Arc<Recent>,
    pub(crate) second_factor: Requirement,
    pub(crate) mailer: Option<Mailer>,
    pub(crate) outbox: Outbox,
    pub(crate) erasure_days: u16,
    pub(crate) erasing_services: Arc<[String]>,
    pub(crate) providers: Arc<Providers>,
    pub(crate) introspection_credentials: Arc<BTreeMap<String, SecretString>>,
}

impl State {
    /// Derives the keys from the settings.
    ///
    /// # Errors
    /// When a setting is missing or wrong.
    pub fn build(settings: &AuthSettings, public_url: &str, pool: Pool) -> anyhow::Result<Self> {
        let secret = settings.checked_secret(public_url)?;
        let key_ring = Arc::new(KeyRing::derive(secret, settings.previous_secrets.values())?);
        let days = settings.signing_key_days;
        let site = Site::new(public_url, settings.cookie_domain.as_deref())?;
        let mailer = Mailer::build(&settings.mail, public_url)?;
        if mailer.is_none() {
            tracing::info!("mail_is_not_set_up");
        }
        Ok(Self {
            passwords: Passwords::new(&key_ring, settings.hashing_parallelism)?,
            signing_keys: Arc::new(SigningKeys::new(pool.clone(), Arc::clone(&key_ring), days)),
            key_ring,
            pool,
            public_url: public_url.trim_end_matches('/').into(),
            relying_party: RelyingParty::of(&site).map(Arc::new),
            site: Arc::new(site),
            registration: settings.registration,
            session_days: settings.session_days,
            session_idle_hours: settings.session_idle_hours,
            audit_days: settings.audit_days,
            lockout: settings.lockout_rules(),
            rate_limit: settings.rate_limit_rules(),
            recent: Arc::new(Recent::new(settings.cache_seconds)),
            second_factor: Requirement { of_administrators: settings.administrators_need_second_factor },
            outbox: Outbox::new(mailer.is_some()),
            mailer,
            erasure_days: settings.erasure_days,
            erasing_services: settings
                .erasing_services
                .iter()
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            providers: Arc::new(Providers::build(
                &settings.providers,
                public_url,
                Duration::from_secs(settings.provider_timeout_seconds.into()),
            )?),
            introspection_credentials: Arc::new(settings.introspection_credentials.clone()),
        })
    }

    /// That of the service which `request` came to.
    ///
    /// # Errors
    /// 500 when it has none.
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, Problem> {
        let state = request.app_data::<web::Data<Self>>().map(web::Data::get_ref);
        state.ok_or_else(|| Problem::internal("the auth service has no state"))
    }

    /// Whom passkeys are for.
    ///
    /// # Errors
    /// 409 where the public address has a number for a host: passkeys are for names.
    pub(crate) fn relying_party(&self) -> Result<Arc<RelyingParty>, Problem> {
        self.relying_party.clone().ok_or_else(|| {
            let detail = "passkeys need an address with a name, and http.public_url has a number";
            Problem::conflict("passkeys_unavailable", detail)
        })
    }
}
