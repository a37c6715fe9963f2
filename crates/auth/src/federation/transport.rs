//! Requests to a provider. Each is bounded in time and in the size of its answer, goes to an address that a provider may
//! have, and is never sent on to another.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl, http};

use super::settings::is_plain_loopback;

/// Far more than any provider says, and little enough to hold.
const LARGEST_ANSWER: usize = 1 << 20;

/// Sends requests to one provider.
pub(super) struct Transport {
    client: reqwest::Client,
    /// The provider is on this machine, without TLS.
    plain: bool,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    /// A provider's own document named it.
    #[error("{0} is no address that this provider may have")]
    Address(String),
    /// It was given up.
    #[error("the answer is larger than {LARGEST_ANSWER} bytes")]
    TooLarge,
    /// It did not arrive, or not in time.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

impl Transport {
    /// Requests to the provider at `issuer`, each for at most `patience` in all.
    pub(super) fn new(issuer: &IssuerUrl, patience: Duration) -> anyhow::Result<Self> {
        let plain = is_plain_loopback(issuer);
        let builder =
            reqwest::Client::builder().timeout(patience).redirect(reqwest::redirect::Policy::none());
        // What is on this machine is behind no proxy.
        let builder = if plain { builder.no_proxy() } else { builder };
        Ok(Self { client: builder.build()?, plain })
    }

    /// Whether a provider may have the address `url`. Only what the operator named is believed, and TLS alone tells who
    /// answers. A document that names anything else could have this service ask its neighbours.
    pub(super) fn allows(&self, url: &str) -> bool {
        if self.plain { is_plain_loopback(url) } else { url.starts_with("https://") }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let url = request.uri().to_string();
        if !self.allows(&url) {
            return Err(TransportError::Address(url));
        }
        let mut answer = self.client.execute(reqwest::Request::try_from(request)?).await?;
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await? {
            if body.len() + part.len() > LARGEST_ANSWER {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&part);
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = TransportError;
    type Future = LocalBoxFuture<'c, Result<HttpResponse, TransportError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
