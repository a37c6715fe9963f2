//! The way back to an application, once it is proven to be one.

use actix_web::http::StatusCode;
use tallykeep_database::models::Client;
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, run_db};
use url::Url;

use super::{AuthorizationRequest, Refusal, redirect_uri};
use crate::State;

/// Where the answer to an authorization request goes. It exists only for an application that is known and an address
/// that is registered for it; until then nobody is sent anywhere.
pub(crate) struct Reply {
    pub(crate) client: Client,
    pub(crate) redirect_uri: String,
    url: Url,
    state: Option<String>,
    issuer: String,
}

impl Reply {
    /// Proves where the answer to `request` may go.
    ///
    /// # Errors
    /// 400 when it may go nowhere.
    pub(crate) async fn prove(state: &State, request: &AuthorizationRequest) -> Result<Self, Problem> {
        let client = find_client(state, request.client_id()).await?;
        let presented = request.redirect_uri();
        let url = Url::parse(presented)
            .ok()
            .filter(|_| redirect_uri::is_registered(&client.redirect_uris, presented))
            .ok_or_else(|| {
                let detail = "the application asked to send you to an address that is not registered for it";
                Problem::new(StatusCode::BAD_REQUEST, "redirect_uri_unregistered", detail)
            })?;
        Ok(Self {
            redirect_uri: presented.to_owned(),
            url,
            state: request.state().map(str::to_owned),
            issuer: state.public_url.to_string(),
            client,
        })
    }

    /// With a code.
    pub(crate) fn code(&self, code: &str) -> Url {
        self.with(&[("code", code)])
    }

    /// With the reason why there is no code.
    pub(crate) fn refusal(&self, refusal: Refusal) -> Url {
        self.with(&[("error", refusal.error), ("error_description", refusal.description)])
    }

    /// Whether a program on the person's own machine that keeps no secret is answered. Any other there could say that it
    /// is this one (RFC 8252 §8.6).
    pub(crate) fn goes_to_anybody(&self) -> bool {
        self.client.secret_hash.is_none() && redirect_uri::is_loopback(&self.redirect_uri)
    }

    /// The host that the person is sent to.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The issuer goes along, so that an application that knows several is not confused (RFC 9207).
    fn with(&self, answer: &[(&str, &str)]) -> Url {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .extend_pairs(answer)
            .extend_pairs(self.state.iter().map(|state| ("state", state)))
            .append_pair("iss", &self.issuer);
        url
    }
}

/// The application with that identifier.
///
/// # Errors
/// 400 when there is none.
pub(super) async fn find_client(state: &State, id: &str) -> Result<Client, Problem> {
    let id: Option<ClientId> = id.parse().ok();
    let found = run_db(&state.pool, move |connection| id.map_or(Ok(None), |id| Client::find(connection, id)));
    found.await?.ok_or_else(|| {
        let detail = "no application with this client_id is registered here";
        Problem::new(StatusCode::BAD_REQUEST, "client_unknown", detail)
    })
}
