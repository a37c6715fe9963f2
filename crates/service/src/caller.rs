//! Who calls, and what they may do. A handler that takes [`Authorized`] cannot learn an account without the scope that
//! it names having been checked.

use std::{
    marker::PhantomData,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use jiff::tz::TimeZone;
use jsonwebtoken::jwk::JwkSet;
use quick_cache::sync::Cache;
use tallykeep_domain::{AccountId, ApiKeySecret, MetricPrefix, Rejection, Scope};

use crate::{
    AccessTokenError, Authority, Credential, Grant, Problem, credential::token_hash, verify_access_token,
};

/// For how long a revoked key may still work.
const FRESH: Duration = Duration::from_secs(5);
/// For how long an answer is good while the auth service is away.
const STALE: Duration = Duration::from_secs(300);
/// How many API keys are remembered.
const REMEMBERED: usize = 10_000;
/// For how long the keys are good before they are asked for again, so that one that was withdrawn is noticed.
const KEYS_FRESH: Duration = Duration::from_secs(300);
/// How often, at the most, an unknown key id makes this service ask for the keys again.
const KEY_REFRESH: Duration = Duration::from_secs(10);

/// Checks credentials, and remembers the answers for seconds.
pub struct Authenticator {
    authority: Arc<dyn Authority>,
    issuer: String,
    fresh: Duration,
    key_refresh: Duration,
    answers: Cache<[u8; 32], Answer>,
    keys: RwLock<Option<(Arc<JwkSet>, Instant)>>,
}

#[derive(Clone)]
struct Answer {
    grant: Option<Grant>,
    at: Instant,
}

impl Authenticator {
    /// An authenticator that asks `authority`, for tokens of `issuer` (the public address).
    #[must_use]
    pub fn new(authority: Arc<dyn Authority>, issuer: &str) -> Self {
        Self {
            authority,
            issuer: issuer.trim_end_matches('/').to_owned(),
            fresh: FRESH,
            key_refresh: KEY_REFRESH,
            answers: Cache::new(REMEMBERED),
            keys: RwLock::new(None),
        }
    }

    /// The same, but an answer about an API key is good for `fresh` before the authority is asked again: as long as
    /// that a revoked key may still work. It is five seconds otherwise. Nor does an access token of an unknown key wait
    /// for longer than that until the keys are asked for again.
    #[must_use]
    pub fn with_freshness(self, fresh: Duration) -> Self {
        Self { fresh, key_refresh: KEY_REFRESH.min(fresh), ..self }
    }

    /// What the credential is worth.
    ///
    /// # Errors
    /// 401 when it is not good, 503 when nobody can tell.
    pub async fn check(&self, credential: &Credential) -> Result<Grant, Problem> {
        let token = credential.expose();
        if ApiKeySecret::is_meant(token) {
            self.check_api_key(token).await
        } else {
            self.check_access_token(token).await
        }
    }

    async fn check_api_key(&self, key: &str) -> Result<Grant, Problem> {
        key.parse::<ApiKeySecret>()
            .map_err(|error| Problem::unauthorized("api_key_malformed", error.to_string()))?;
        let hash = token_hash(key);
        let known = self.answers.get(&hash);
        let answer = match known {
            Some(answer) if answer.at.elapsed() < self.fresh => answer,
            known => self.ask(key, hash, known).await?,
        };
        answer
            .grant
            .ok_or_else(|| Problem::unauthorized("api_key_invalid", "the API key is unknown or was revoked"))
    }

    async fn ask(&self, key: &str, hash: [u8; 32], known: Option<Answer>) -> Result<Answer, Problem> {
        match (self.authority.introspect(key).await, known) {
            (Ok(grant), _) => {
                let answer = Answer { grant, at: Instant::now() };
                self.answers.insert(hash, answer.clone());
                Ok(answer)
            }
            (Err(problem), Some(answer)) if answer.at.elapsed() < STALE => {
                tracing::warn!(%problem, "credential_answer_stale");
                Ok(answer)
            }
            (Err(problem), _) => Err(problem),
        }
    }

    async fn check_access_token(&self, token: &str) -> Result<Grant, Problem> {
        let keys = self.keys(KEYS_FRESH).await?;
        let verified = match verify_access_token(token, &keys, &self.issuer) {
            // The key may be newer than what this service knows.
            Err(AccessTokenError::UnknownKey) => {
                verify_access_token(token, &*self.keys(self.key_refresh).await?, &self.issuer)
            }
            verified => verified,
        };
        let claims =
            verified.map_err(|error| Problem::unauthorized("access_token_invalid", error.to_string()))?;
        claims.grant().map_err(Problem::internal)
    }

    /// The verifying keys, asked for again when they are older than `most`.
    async fn keys(&self, most: Duration) -> Result<Arc<JwkSet>, Problem> {
        let known = self.keys.read().ok().and_then(|keys| keys.clone());
        let keys = match known {
            Some((keys, at)) if at.elapsed() < most => return Ok(keys),
            known => match (self.authority.keys().await, known) {
                (Ok(keys), _) => Arc::new(keys),
                // Keys change once in months, and tokens end by themselves: old keys are better than no answers.
                (Err(problem), Some((keys, _))) => {
                    tracing::warn!(%problem, "verifying_keys_stale");
                    return Ok(keys);
                }
                (Err(problem), None) => return Err(problem),
            },
        };
        if let Ok(mut known) = self.keys.write() {
            *known = Some((Arc::clone(&keys), Instant::now()));
        }
        Ok(keys)
    }
}

/// A scope that a handler asks for in its signature.
pub trait RequiredScope {
    /// Which.
    const SCOPE: Scope;
}

/// Asks for [`Scope::MetricsRead`].
#[derive(Debug, Clone, Copy)]
pub struct MetricsRead;

/// Asks for [`Scope::MetricsWrite`].
#[derive(Debug, Clone, Copy)]
pub struct MetricsWrite;

impl RequiredScope for MetricsRead {
    const SCOPE: Scope = Scope::MetricsRead;
}

impl RequiredScope for MetricsWrite {
    const SCOPE: Scope = Scope::MetricsWrite;
}

/// A caller whose credential is good for the whole account and has the scope `S`. One that is good for some metrics only
/// is refused, so that a handler which knows nothing of such credentials cannot let one go too far.
#[derive(Debug, Clone)]
pub struct Authorized<S> {
    /// Whose data the request is about.
    pub account: AccountId,
    /// In which time zone the account counts its days.
    pub time_zone: TimeZone,
    scope: PhantomData<S>,
}

/// A caller whose credential is good and has the scope `S`, perhaps for some metrics only.
#[derive(Debug, Clone)]
pub struct AuthorizedWithin<S> {
    /// Whose data the request is about.
    pub account: AccountId,
    /// In which time zone the account counts its days.
    pub time_zone: TimeZone,
    /// Of which metrics. The handler has to see to it.
    pub metrics: MetricPrefix,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> Authorized<S> {
    fn new(caller: AuthorizedWithin<S>) -> Result<Self, Problem> {
        let AuthorizedWithin { account, time_zone, metrics, scope } = caller;
        if !metrics.is_all() {
            return Err(MetricOutside(metrics).into());
        }
        Ok(Self { account, time_zone, scope })
    }
}

impl<S: RequiredScope> AuthorizedWithin<S> {
    /// Checks `credential` for the scope.
    ///
    /// # Errors
    /// 401 without a good credential, 403 without the scope.
    pub async fn check(
        authenticator: &Authenticator,
        credential: Option<Credential>,
    ) -> Result<Self, Problem> {
        let credential = credential.ok_or_else(|| {
            Problem::unauthorized("credential_missing", "this needs an API key or an access token")
        })?;
        let Grant { account, scopes, time_zone, metrics } = authenticator.check(&credential).await?;
        if !scopes.contains(S::SCOPE) {
            let detail = format!("the credential lacks the scope {}", S::SCOPE);
            return Err(Problem::forbidden("scope_insufficient", detail));
        }
        Ok(Self { account, time_zone, metrics, scope: PhantomData })
    }

    /// Refuses what is about a metric that the credential is not for.
    ///
    /// # Errors
    /// 403 then.
    pub fn refuse_outside(&self, metric: &str) -> Result<(), Problem> {
        if self.metrics.includes(metric) {
            return Ok(());
        }
        Err(MetricOutside(self.metrics.clone()).into())
    }
}

/// A metric that the credential is not for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the credential is for metrics whose names begin with {:?} only", .0.as_str())]
pub struct MetricOutside(pub MetricPrefix);

impl From<MetricOutside> for Problem {
    fn from(error: MetricOutside) -> Self {
        Self::forbidden(error.code(), error.to_string())
    }
}

impl Rejection for MetricOutside {
    fn code(&self) -> &'static str {
        "metric_prefix_insufficient"
    }
}

impl<S: RequiredScope + 'static> FromRequest for AuthorizedWithin<S> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authenticator = request.app_data::<web::Data<Authenticator>>().cloned();
        let credential = Credential::from_request(request);
        Box::pin(async move {
            let authenticator =
                authenticator.ok_or_else(|| Problem::internal("no authenticator is configured"))?;
            Self::check(&authenticator, credential?).await
        })
    }
}

impl<S: RequiredScope + 'static> FromRequest for Authorized<S> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = AuthorizedWithin::from_request(request, payload);
        Box::pin(async move { Self::new(caller.await?) })
    }
}
