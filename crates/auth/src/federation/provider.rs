//! Providers, and what they are asked.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix_web::http::StatusCode;
use anyhow::Context;
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreIdToken, CoreTokenResponse, CoreUserInfoClaims},
};
use secrecy::ExposeSecret;
use tallykeep_service::Problem;
use url::Url;

use super::{
    ProviderSettings,
    arrival::Arrival,
    client::Credentials,
    departure::{DepartureToken, Purpose},
    id_token,
    metadata::{Known, Metadata},
    transport::Transport,
};

/// All of them, by the names in the addresses.
#[derive(Default)]
pub(crate) struct Providers(BTreeMap<String, Provider>);

/// Somebody else's server that tells who people are.
pub(crate) struct Provider {
    /// Its name in the addresses.
    pub(crate) id: String,
    /// Its name for people.
    pub(crate) name: String,
    issuer: IssuerUrl,
    scopes: Vec<Scope>,
    credentials: Credentials,
    transport: Transport,
    known: Known,
}

impl Providers {
    /// Those of the settings. None is asked anything yet, so that one which is away holds up nothing else.
    ///
    /// # Errors
    /// When a setting is wrong; names it.
    pub(crate) fn build(
        settings: &BTreeMap<String, ProviderSettings>,
        public_url: &str,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let build = |(id, settings): (&String, _)| {
            Ok((id.clone(), Provider::build(id, settings, public_url, patience)?))
        };
        settings.iter().map(build).collect::<anyhow::Result<_>>().map(Self)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }

    /// The provider of that name.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn find(&self, id: &str) -> Result<&Provider, Problem> {
        self.0
            .get(id)
            .ok_or_else(|| Problem::not_found("provider_not_found", format!("there is no provider {id:?}")))
    }

    /// The name for people of the provider at `issuer`, while it is in the settings.
    pub(crate) fn name_of(&self, issuer: &str) -> Option<&str> {
        self.all().find(|provider| provider.issuer.as_str() == issuer).map(|provider| provider.name.as_str())
    }
}

impl Provider {
    fn build(
        id: &str,
        settings: &ProviderSettings,
        public_url: &str,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let issuer = settings.check(id)?;
        let secret = settings.client_secret.as_ref();
        let callback = format!("{}/auth/providers/{id}/callback", public_url.trim_end_matches('/'));
        let credentials = Credentials {
            id: ClientId::new(settings.client_id.clone()),
            secret: secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
            redirect_uri: RedirectUrl::new(callback).context("the setting http.public_url is no address")?,
        };
        Ok(Self {
            id: id.to_owned(),
            name: settings.name.clone(),
            transport: Transport::new(&issuer, patience)?,
            issuer,
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            credentials,
            known: Known::default(),
        })
    }

    /// Where to send the browser that keeps `token`.
    ///
    /// # Errors
    /// 502 when the provider is away.
    pub(crate) async fn address(&self, token: &DepartureToken, purpose: Purpose) -> Result<Url, Problem> {
        let metadata = self.metadata().await?;
        let client = self.credentials.client(&metadata);
        let (state, nonce) = (token.state(), token.nonce());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(token.verifier()));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge);
        if purpose == Purpose::Reauthenticate {
            // Both ask the same. `max_age` has the provider say when it was done, too.
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0)
    }

    /// Whether the one that sent the browser back is this provider, as far as it says so (RFC 9207).
    ///
    /// # Errors
    /// 403 when it is another one, or does not say so although it always does; 502 when the provider is away.
    pub(crate) async fn check_sender(&self, issuer: Option<&str>) -> Result<(), Problem> {
        let required = self.metadata().await?.additional_metadata().supported;
        let is_other = issuer.map_or(required, |issuer| issuer != self.issuer.as_str());
        if is_other {
            return Err(Problem::forbidden("provider_mistaken", "another provider sent the browser back"));
        }
        Ok(())
    }

    /// Trades the code that the browser with `token` came back with for whom the provider vouches for.
    ///
    /// # Errors
    /// 502 when the provider is away, does not take the code, or what it says is not as it must be.
    pub(crate) async fn receive(&self, token: &DepartureToken, code: String) -> Result<Arrival, Problem> {
        let metadata = self.metadata().await?;
        let answer = self.trade(&metadata, token, code).await.map_err(away)?;
        let stated = answer.id_token().context("there is no ID token").map_err(refused)?;
        let mut arrival = self.verify(&metadata, stated, &Nonce::new(token.nonce())).await?;
        if arrival.email.is_none() {
            // Some say no more than who it is, unless they are asked again.
            if let Some(told) = self.ask_for_more(&metadata, &answer, &arrival).await.map_err(away)? {
                arrival.email = told.email().and_then(|email| email.as_str().parse().ok());
                arrival.email_verified = told.email_verified() == Some(true);
            }
        }
        Ok(arrival)
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, Problem> {
        self.known.get(&self.issuer, &self.transport).await.map_err(away)
    }

    async fn trade(
        &self,
        metadata: &Metadata,
        token: &DepartureToken,
        code: String,
    ) -> anyhow::Result<CoreTokenResponse> {
        let client = self.credentials.client(metadata);
        let request = client
            .exchange_code(AuthorizationCode::new(code))?
            .set_pkce_verifier(PkceCodeVerifier::new(token.verifier()));
        Ok(request.request_async(&self.transport).await?)
    }

    async fn verify(
        &self,
        metadata: &Metadata,
        stated: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<Arrival, Problem> {
        let mut client = self.credentials.client(metadata);
        if id_token::verify(stated, &client, nonce).is_err_and(|error| id_token::lacks_key(&error)) {
            let metadata = self.known.refresh(&self.issuer, &self.transport).await.map_err(away)?;
            client = self.credentials.client(&metadata);
        }
        id_token::verify(stated, &client, nonce)
            .map_err(anyhow::Error::from)
            .and_then(|claims| id_token::read(claims, &self.issuer, &self.credentials.id))
            .map_err(refused)
    }

    /// Asks for the person's address. The answer is about nobody else, which the library sees to.
    async fn ask_for_more(
        &self,
        metadata: &Metadata,
        answer: &CoreTokenResponse,
        arrival: &Arrival,
    ) -> anyhow::Result<Option<CoreUserInfoClaims>> {
        let client = self.credentials.client(metadata);
        if client.user_info_url().is_none() {
            return Ok(None);
        }
        let subject = openidconnect::SubjectIdentifier::new(arrival.subject.clone());
        let request = client.user_info(answer.access_token().clone(), Some(subject))?;
        Ok(Some(request.request_async(&self.transport).await?))
    }
}

/// 502: no answer, or none that is one.
fn away(error: anyhow::Error) -> Problem {
    let detail = "the provider cannot be reached, or refuses; try again soon";
    Problem::new(StatusCode::BAD_GATEWAY, "provider_unavailable", detail).caused_by(error)
}

/// 502: an answer that is not to be believed.
fn refused(error: anyhow::Error) -> Problem {
    let detail = "what the provider says cannot be believed";
    Problem::new(StatusCode::BAD_GATEWAY, "provider_disbelieved", detail).caused_by(error)
}
