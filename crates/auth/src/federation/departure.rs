//! What a browser keeps while it is at a provider.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, time::Duration},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde::Deserialize;
use tallykeep_service::{Problem, token_hash};
use utoipa::ToSchema;

use crate::{State, host_cookie::DEPARTURE, token::random_token};

const MINUTES: i64 = 10;

/// For how long a browser may be away.
pub(crate) const LASTS: SignedDuration = SignedDuration::from_mins(MINUTES);

/// What a browser is sent to a provider for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// To open a session, for somebody new too.
    #[default]
    SignIn,
    /// To be able to sign in with the provider from then on.
    Link,
    /// To show once more who is there, for changes that outlast the session.
    Reauthenticate,
}

impl Purpose {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
            Self::Reauthenticate => "reauthenticate",
        }
    }

    /// The purpose with that name. `None` for one that another release knows.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::SignIn, Self::Link, Self::Reauthenticate].into_iter().find(|purpose| purpose.name() == name)
    }

    /// The page that tells what went wrong.
    pub(crate) const fn page(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::Link | Self::Reauthenticate => "/account",
        }
    }
}

/// 256 random bits that the browser alone has. Whatever binds the way there and back is a hash of them, so that the
/// database, which has another, tells nobody how to come back in the browser's place.
pub(crate) struct DepartureToken(String);

impl DepartureToken {
    pub(crate) fn random() -> Result<Self, Problem> {
        random_token().map(Self)
    }

    /// The one that `request` brings.
    pub(crate) fn of(state: &State, request: &HttpRequest) -> Option<Self> {
        DEPARTURE.of(state, request).map(Self)
    }

    /// SHA-256 of the token, for the database.
    pub(crate) fn hash(&self) -> [u8; 32] {
        token_hash(&self.0)
    }

    /// What the provider hands back, to show that this browser was sent there.
    pub(super) fn state(&self) -> String {
        self.derive("state")
    }

    /// What the provider signs, to show that it was asked for this browser.
    pub(super) fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// What the provider is shown with the code (RFC 7636), of which it has seen a hash before.
    pub(super) fn verifier(&self) -> String {
        self.derive("verifier")
    }

    /// Whether `state` came back with this browser.
    pub(crate) fn knows(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state().as_bytes(), state.as_bytes()).is_ok()
    }

    /// The cookie that holds it.
    pub(crate) fn cookie(&self, state: &State) -> Cookie<'static> {
        DEPARTURE.with(state, self.0.clone(), Duration::minutes(MINUTES))
    }

    /// No token has a space, so what is hashed here is hashed for nothing else.
    fn derive(&self, what: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(token_hash(&format!("{what} {}", self.0)))
    }
}
