//! Where a service learns what a credential is worth: the auth service, asked over HTTP or, in one process, called.

use std::time::Duration;

use anyhow::Context;
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use jsonwebtoken::jwk::JwkSet;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tallykeep_domain::{AccountId, MetricPrefix, Scope, Scopes, parse_time_zone};
use utoipa::ToSchema;

use crate::{Problem, TimeZonesQuery, TimeZonesResponse, check_secret};

/// What a good credential entitles its bearer to.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whose data.
    pub account: AccountId,
    /// What may be done with it.
    pub scopes: Scopes,
    /// In which time zone the account counts its days.
    pub time_zone: TimeZone,
    /// Of which metrics.
    pub metrics: MetricPrefix,
}

/// The auth service, as the other services see it.
pub trait Authority: Send + Sync {
    /// What the API key is worth; `None` when it is not, or no longer, good.
    fn introspect<'a>(&'a self, api_key: &'a str) -> BoxFuture<'a, Result<Option<Grant>, Problem>>;

    /// The keys that access tokens are verified with.
    fn keys(&self) -> BoxFuture<'_, Result<JwkSet, Problem>>;

    /// Accounts whose data this service has yet to erase; the next call tells of further ones. No credential of theirs
    /// is good any more.
    fn pending_erasures(&self) -> BoxFuture<'_, Result<Vec<AccountId>, Problem>>;

    /// Says that this service has erased all it had of `account`.
    fn confirm_erasure(&self, account: AccountId) -> BoxFuture<'_, Result<(), Problem>>;

    /// A page of accounts and their time zones.
    fn time_zones(&self, query: TimeZonesQuery) -> BoxFuture<'_, Result<TimeZonesResponse, Problem>>;
}

/// The answer of `/internal/introspect` (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntrospectionResponse {
    /// Whether the token is good. When not, nothing else is said.
    pub active: bool,
    /// Scopes, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The account's time zone, an IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// How the names of the metrics begin that it is good for, where that is not all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_prefix: Option<String>,
}

/// The answer of `/internal/erasures`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasuresResponse {
    /// Accounts whose data the service that asks has yet to erase.
    #[schema(value_type = Vec<String>)]
    pub accounts: Vec<AccountId>,
}

impl From<Option<&Grant>> for IntrospectionResponse {
    fn from(grant: Option<&Grant>) -> Self {
        Self {
            active: grant.is_some(),
            scope: grant.map(|grant| grant.scopes.to_string()),
            sub: grant.map(|grant| grant.account.to_string()),
            zoneinfo: grant.and_then(|grant| grant.time_zone.iana_name().map(str::to_owned)),
            metric_prefix: grant
                .filter(|grant| !grant.metrics.is_all())
                .map(|grant| grant.metrics.to_string()),
        }
    }
}

impl Grant {
    /// The grant for all metrics that a token or an introspection answer spells out. Scopes that this release does not know are left
    /// out: a later release of the auth service may give them while this one still runs.
    ///
    /// # Errors
    /// When a part of it is not what this release knows.
    pub fn parse(account: &str, scopes: &str, time_zone: &str) -> anyhow::Result<Self> {
        let known = scopes.split_ascii_whitespace().filter_map(|word| word.parse::<Scope>().ok());
        Ok(Self {
            account: account.parse()?,
            scopes: known.collect(),
            time_zone: parse_time_zone(time_zone)?,
            metrics: MetricPrefix::default(),
        })
    }

    /// The same for the metrics whose names begin with `prefix`.
    ///
    /// # Errors
    /// When no name can.
    pub fn within(self, prefix: &str) -> anyhow::Result<Self> {
        Ok(Self { metrics: prefix.parse()?, ..self })
    }
}

/// Where the auth service is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoritySettings {
    /// The address of the auth service on the internal network, such as `http://auth:8080`.
    pub url: String,
    /// This service's credential at the auth service, at least 32 characters. Secret.
    #[schemars(with = "String")]
    pub credential: SecretString,
}

/// The auth service in another container.
#[derive(Debug, Clone)]
pub struct RemoteAuthority {
    client: reqwest::Client,
    url: String,
    credential: SecretString,
}

impl RemoteAuthority {
    /// A client of it. Nothing is sent yet.
    ///
    /// # Errors
    /// When the credential is weak, or no HTTP client can be made.
    pub fn new(settings: &AuthoritySettings, public_url: &str) -> anyhow::Result<Self> {
        check_secret("authority.credential", &settings.credential, public_url)?;
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(2))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let url = settings.url.trim_end_matches('/').to_owned();
        Ok(Self { client, url, credential: settings.credential.clone() })
    }

    async fn ask(&self, api_key: &str) -> anyhow::Result<Option<Grant>> {
        let response: IntrospectionResponse = self
            .client
            .post(format!("{}/internal/introspect", self.url))
            .bearer_auth(self.credential.expose_secret())
            .form(&[("token", api_key)])
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        if !response.active {
            return Ok(None);
        }
        let missing = "an active introspection answer lacks";
        let account = response.sub.with_context(|| format!("{missing} sub"))?;
        let scopes = response.scope.with_context(|| format!("{missing} scope"))?;
        let time_zone = response.zoneinfo.with_context(|| format!("{missing} zoneinfo"))?;
        let prefix = response.metric_prefix.unwrap_or_default();
        Grant::parse(&account, &scopes, &time_zone)?.within(&prefix).map(Some)
    }

    async fn fetch_erasures(&self) -> anyhow::Result<Vec<AccountId>> {
        let request = self.client.get(format!("{}/internal/erasures", self.url));
        let response = request.bearer_auth(self.credential.expose_secret()).send().await?;
        Ok(response.error_for_status()?.json::<ErasuresResponse>().await?.accounts)
    }

    async fn send_confirmation(&self, account: AccountId) -> anyhow::Result<()> {
        let request = self.client.put(format!("{}/internal/erasures/{account}", self.url));
        request.bearer_auth(self.credential.expose_secret()).send().await?.error_for_status()?;
        Ok(())
    }

    async fn fetch_time_zones(&self, query: TimeZonesQuery) -> anyhow::Result<TimeZonesResponse> {
        let request = self.client.get(format!("{}/internal/time-zones", self.url)).query(&query);
        let response = request.bearer_auth(self.credential.expose_secret()).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    async fn fetch_keys(&self) -> anyhow::Result<JwkSet> {
        let url = format!("{}/.well-known/jwks.json", self.url);
        Ok(self.client.get(url).send().await?.error_for_status()?.json().await?)
    }
}

impl Authority for RemoteAuthority {
    fn introspect<'a>(&'a self, api_key: &'a str) -> BoxFuture<'a, Result<Option<Grant>, Problem>> {
        Box::pin(async { self.ask(api_key).await.map_err(away) })
    }

    fn keys(&self) -> BoxFuture<'_, Result<JwkSet, Problem>> {
        Box::pin(async { self.fetch_keys().await.map_err(away) })
    }

    fn pending_erasures(&self) -> BoxFuture<'_, Result<Vec<AccountId>, Problem>> {
        Box::pin(async { self.fetch_erasures().await.map_err(away) })
    }

    fn confirm_erasure(&self, account: AccountId) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move { self.send_confirmation(account).await.map_err(away) })
    }

    fn time_zones(&self, query: TimeZonesQuery) -> BoxFuture<'_, Result<TimeZonesResponse, Problem>> {
        Box::pin(async move { self.fetch_time_zones(query).await.map_err(away) })
    }
}

fn away(error: anyhow::Error) -> Problem {
    Problem::unavailable("auth_unavailable", "credentials cannot be checked right now; try again soon")
        .caused_by(error)
}
