//! Signing out because an application says so (OpenID Connect RP-Initiated Logout 1.0).

use actix_web::http::StatusCode;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, JwkSet},
};
use serde::Deserialize;
use tallykeep_database::models::{Account, Client};
use tallykeep_service::Problem;
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::reply::find_client;
use crate::State;

/// A request to sign out. What is empty counts as left out.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndSessionRequest {
    /// An ID token that the application was given, also one that has ended.
    #[serde(default)]
    id_token_hint: String,
    /// The application, where there is no ID token.
    #[serde(default)]
    #[param(pattern = "^([0-9A-Fa-f-]{36})?$")]
    #[schema(pattern = "^([0-9A-Fa-f-]{36})?$")]
    client_id: String,
    /// Where the person goes afterwards: one of the addresses registered for it, to the letter.
    #[serde(default)]
    #[param(pattern = "^(https?://.+)?$")]
    #[schema(pattern = "^(https?://.+)?$")]
    post_logout_redirect_uri: String,
    /// Comes back as it is.
    #[serde(default)]
    state: String,
}

/// A request to sign out, once it is understood.
pub(crate) struct Farewell {
    /// Whom the application knew, by an ID token of ours.
    subject: Option<String>,
    /// Where the person goes afterwards.
    to: Url,
}

/// What is read of an ID token that comes back.
#[derive(Deserialize)]
struct Hint {
    sub: String,
    aud: String,
}

impl Farewell {
    /// Understands `request`. Without an address that is registered the person goes to the page of this server.
    ///
    /// # Errors
    /// 400 when the application is unknown, or the address is not registered for it: nobody is sent anywhere then.
    pub(crate) async fn parse(state: &State, request: &EndSessionRequest) -> Result<Self, Problem> {
        let hint = verify(&request.id_token_hint, &state.signing_keys.published().await?, &state.public_url);
        let named = Some(request.client_id.clone()).filter(|id| !id.is_empty());
        let audience = hint.as_ref().map(|hint| hint.aud.clone());
        let client = match (named, audience) {
            (Some(named), Some(audience)) if named != audience => {
                return Err(refuse("the ID token is another application's"));
            }
            (Some(id), _) | (None, Some(id)) => Some(find_client(state, &id).await?),
            (None, None) => None,
        };
        let to = match (request.post_logout_redirect_uri.as_str(), client) {
            ("", _) => Url::parse(&format!("{}/sign-in", state.public_url)).map_err(Problem::internal)?,
            (uri, Some(client)) => registered(&client, uri, &request.state)?,
            (_, None) => return Err(refuse("nothing tells which application it is that sends you on")),
        };
        Ok(Self { subject: hint.map(|hint| hint.sub), to })
    }

    /// Whether the application has shown that it knows `account`, so that its person need not be asked.
    pub(crate) fn is_of(&self, account: &Account) -> bool {
        self.subject.as_ref().is_some_and(|subject| *subject == account.id.to_string())
    }

    /// Where the person goes afterwards.
    pub(crate) const fn to(&self) -> &Url {
        &self.to
    }
}

fn registered(client: &Client, uri: &str, state: &str) -> Result<Url, Problem> {
    let is_registered = super::redirect_uri::is_registered(&client.post_logout_redirect_uris, uri);
    let mut url = Url::parse(uri).ok().filter(|_| is_registered).ok_or_else(|| {
        refuse("the application asked to send you to an address that is not registered for it")
    })?;
    if !state.is_empty() {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(url)
}

/// What an ID token of ours says, also after its end. The algorithm is that of the key, whatever the token says.
fn verify(token: &str, keys: &JwkSet, issuer: &str) -> Option<Hint> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let key = keys.find(header.kid.as_deref()?)?;
    let algorithm = match key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::OctetKeyPair(_) => Algorithm::EdDSA,
        _ => return None,
    };
    // An access token for our own services is of another type.
    header.typ.filter(|kind| kind == crate::keys::ID_TOKEN_TYPE)?;
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    let key = DecodingKey::from_jwk(key).ok()?;
    jsonwebtoken::decode::<Hint>(token, &key, &validation).ok().map(|token| token.claims)
}

fn refuse(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "logout_refused", detail)
}
