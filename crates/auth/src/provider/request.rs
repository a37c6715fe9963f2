//! What an application asks a browser to bring back.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ClientScope, ClientScopes, Refusal};

/// How long ago a person may have proved who they are when that is asked for anew. It takes a moment to come back here.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(30);
/// The length of a SHA-256 in base64url.
const CHALLENGE_LENGTH: usize = 43;
const LONGEST_NONCE: usize = 1_000;

/// An authorization request (OpenID Connect Core §3.1.2.1). What else it holds is ignored, and so is what is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct AuthorizationRequest {
    /// Of the application.
    #[param(required, format = Uuid)]
    client_id: String,
    /// Where the answer goes: one of the registered addresses, to the letter; the port is free on the person's machine.
    #[param(required, format = "uri")]
    redirect_uri: String,
    /// `code`.
    #[param(required, pattern = "^code$")]
    response_type: String,
    /// `query`, or nothing.
    #[param(pattern = "^(query)?$")]
    response_mode: String,
    /// Words among `openid`, which must be there, `profile`, `email`, `groups` and `offline_access`.
    #[param(required, pattern = "(^| )openid( |$)", example = "openid profile email")]
    scope: String,
    /// Comes back as it is.
    state: String,
    /// Comes back in the ID token.
    #[param(max_length = 1000)]
    nonce: String,
    /// Of PKCE (RFC 7636).
    #[param(required, pattern = "^[A-Za-z0-9_-]{43}$")]
    code_challenge: String,
    /// `S256`.
    #[param(required, pattern = "^S256$")]
    code_challenge_method: String,
    /// Words among `login`, `consent` and `select_account`, or `none` alone.
    #[param(pattern = "^(none|((login|consent|select_account)( (login|consent|select_account))*)?)$")]
    prompt: String,
    /// How many seconds ago the person may have proved who they are.
    #[param(pattern = "^[0-9]{0,9}$")]
    max_age: String,
    /// Not supported.
    #[param(max_length = 0)]
    request: String,
    /// Not supported.
    #[param(max_length = 0)]
    request_uri: String,
}

impl AuthorizationRequest {
    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(super) fn state(&self) -> Option<&str> {
        Some(self.state.as_str()).filter(|state| !state.is_empty())
    }
}

/// What an application asks for, once it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) scopes: ClientScopes,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    /// The person is not to be asked anything.
    pub(super) silent: bool,
    /// The person is to be asked what the application may know, also if they were before.
    pub(super) asks_consent: bool,
    /// How long ago the person may have proved who they are.
    pub(super) most_age: Option<SignedDuration>,
}

impl Wish {
    /// Understands `request`.
    ///
    /// # Errors
    /// What the application is told when it cannot be understood.
    pub(crate) fn parse(request: &AuthorizationRequest) -> Result<Self, Refusal> {
        let refuse = |error, description| Err(Refusal::new(error, description));
        if !request.request.is_empty() {
            return refuse("request_not_supported", "the parameter request is not supported");
        }
        if !request.request_uri.is_empty() {
            return refuse("request_uri_not_supported", "the parameter request_uri is not supported");
        }
        if request.response_type != "code" {
            return refuse("unsupported_response_type", "the response_type must be code");
        }
        if !["", "query"].contains(&request.response_mode.as_str()) {
            return refuse("invalid_request", "the response_mode must be query");
        }
        let scopes = ClientScopes::parse(&request.scope);
        if !scopes.contains(ClientScope::OpenId) {
            return refuse("invalid_scope", "the scope must hold openid");
        }
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let challenge = &request.code_challenge;
        if request.code_challenge_method != "S256"
            || challenge.len() != CHALLENGE_LENGTH
            || !challenge.bytes().all(is_base64url)
        {
            return refuse("invalid_request", "a code_challenge by the method S256 is needed (RFC 7636)");
        }
        if request.nonce.len() > LONGEST_NONCE {
            return refuse("invalid_request", "the nonce is too long");
        }
        let prompt = Prompt::parse(&request.prompt)?;
        Ok(Self {
            scopes,
            nonce: Some(request.nonce.clone()).filter(|nonce| !nonce.is_empty()),
            code_challenge: challenge.clone(),
            silent: prompt.none,
            asks_consent: prompt.consent,
            most_age: most_age(&request.max_age, prompt.login)?,
        })
    }
}

#[derive(Default)]
struct Prompt {
    none: bool,
    login: bool,
    consent: bool,
}

impl Prompt {
    fn parse(words: &str) -> Result<Self, Refusal> {
        let mut prompt = Self::default();
        let mut count = 0;
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            count += 1;
            match word {
                "none" => prompt.none = true,
                // Who proves anew who they are may be somebody else.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return Err(Refusal::new("invalid_request", "the prompt is unknown")),
            }
        }
        if prompt.none && count > 1 {
            return Err(Refusal::new("invalid_request", "the prompt none stands alone"));
        }
        Ok(prompt)
    }
}

/// What both parameters allow. Without a moment's grace nobody could ever come back from proving who they are.
fn most_age(max_age: &str, login: bool) -> Result<Option<SignedDuration>, Refusal> {
    let unreadable = |_| Refusal::new("invalid_request", "the max_age is no number of seconds");
    let given = Some(max_age).filter(|text| !text.is_empty());
    let given = given.map(str::parse::<u32>).transpose().map_err(unreadable)?;
    let seconds = if login { Some(0) } else { given };
    Ok(seconds.map(|seconds| SignedDuration::from_secs(seconds.into()).max(JUST_NOW)))
}
