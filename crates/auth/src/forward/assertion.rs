//! What a tool can verify by itself of who its caller is.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tallykeep_service::Problem;
use url::Url;

use super::Caller;
use crate::{State, keys::SigningAlgorithm, session::Methods};

/// The `typ` of an assertion. An access token has another one, so that neither is ever taken for the other.
const TYPE: &str = "tallykeep-assertion+jwt";

/// For how long an assertion is good. A tool is given another one with each request; what is remembered of one is no
/// older than a minute.
const SECONDS: u64 = 120;

/// What an assertion says.
#[derive(Serialize)]
struct Claims<'a> {
    /// The public address.
    iss: &'a str,
    /// The origin of the tool: another one has to refuse it.
    aud: &'a str,
    /// The account.
    sub: String,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// The role, and then the groups.
    groups: &'a [String],
    /// How the person has proved who they are (RFC 8176); nothing for a machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<&'static str>>,
    iat: u64,
    exp: u64,
}

/// An assertion of who `caller` is, for the tool at the origin of `url`.
///
/// # Errors
/// 503 when the signing keys cannot be read and never were.
pub(super) async fn assert(state: &State, caller: &Caller, url: &Url) -> Result<String, Problem> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Problem::internal)?.as_secs();
    let claims = Claims {
        iss: &state.public_url,
        aud: &url.origin().ascii_serialization(),
        sub: caller.account.to_string(),
        email: &caller.email,
        name: caller.name.as_deref(),
        groups: &caller.groups,
        amr: caller.methods.as_ref().map(Methods::names),
        iat: now,
        exp: now + SECONDS,
    };
    state.signing_keys.sign(SigningAlgorithm::EdDsa, TYPE, &claims).await
}
