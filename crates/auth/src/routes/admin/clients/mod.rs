//! The applications that let people sign in with an account of this server.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod rotate_secret;

use actix_web::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::Client;
use tallykeep_domain::ClientId;
use tallykeep_service::Problem;
use utoipa::ToSchema;

use crate::{keys::SigningAlgorithm, provider::check_redirect_uri};

const LONGEST_NAME: usize = 100;
const MOST_URIS: usize = 20;

/// An application, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientResponse {
    /// Its `client_id`.
    #[schema(value_type = String, format = Uuid)]
    id: ClientId,
    /// What people know it as.
    #[schema(example = "Wiki")]
    name: String,
    /// Whether it has a secret. One that people run on their own machines cannot keep any.
    confidential: bool,
    /// Where people are sent back to.
    redirect_uris: Vec<String>,
    /// Where people are sent after signing out.
    post_logout_redirect_uris: Vec<String>,
    /// Whether nobody is asked what it may know.
    trusted: bool,
    /// By which algorithm its ID tokens are signed.
    #[schema(value_type = IdTokenAlgorithm)]
    id_token_signed_response_alg: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// An address to send people to: with HTTPS, or plain HTTP on the person's own machine, where the port is free. It has
/// neither a fragment nor an asterisk, and is spelled as browsers spell it.
#[derive(ToSchema)]
#[schema(
    max_length = 1000,
    pattern = r"^(https://[^/?#@*\s]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?)([/?][^#*\s]*)?$"
)]
#[expect(dead_code, reason = "declared for the document")]
struct RedirectUri(String);

/// An application with its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientWithSecret {
    #[serde(flatten)]
    client: ClientResponse,
    /// Its `client_secret`, shown this once; none for one that cannot keep any.
    client_secret: Option<String>,
}

/// By which algorithm ID tokens are signed.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub(crate) enum IdTokenAlgorithm {
    /// The one that every application knows.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// A newer one, with short keys.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl From<IdTokenAlgorithm> for SigningAlgorithm {
    fn from(algorithm: IdTokenAlgorithm) -> Self {
        match algorithm {
            IdTokenAlgorithm::Rs256 => Self::Rs256,
            IdTokenAlgorithm::EdDsa => Self::EdDsa,
        }
    }
}

impl From<Client> for ClientResponse {
    fn from(client: Client) -> Self {
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self {
            id: client.id,
            confidential: client.secret_hash.is_some(),
            redirect_uris: lines(&client.redirect_uris),
            post_logout_redirect_uris: lines(&client.post_logout_redirect_uris),
            name: client.name,
            trusted: client.trusted,
            id_token_signed_response_alg: client.id_token_algorithm,
            created_at: client.created_at,
        }
    }
}

fn parse_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let detail = format!("the name needs 1 to {LONGEST_NAME} characters, none of them a control character");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name_invalid", detail))
}

/// The addresses as they are kept: one a line.
fn parse_uris(uris: &[String]) -> Result<String, Problem> {
    if uris.len() > MOST_URIS {
        let detail = format!("an application may have {MOST_URIS} addresses");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "redirect_uris_too_many", detail));
    }
    uris.iter().try_for_each(|uri| check_redirect_uri(uri))?;
    Ok(uris.join("\n"))
}

fn parse_redirect_uris(uris: &[String]) -> Result<String, Problem> {
    if uris.is_empty() {
        let detail = "an application needs at least one address to send people back to";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "redirect_uris_empty", detail));
    }
    parse_uris(uris)
}

/// One that cannot prove who it is must not be let know anything without asking.
fn refuse_trust_without_secret(trusted: bool, confidential: bool) -> Result<(), Problem> {
    if !trusted || confidential {
        return Ok(());
    }
    let detail = "an application without a secret cannot be trusted: any other could say that it is this one";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "trust_without_secret", detail))
}

fn not_found(id: ClientId) -> Problem {
    Problem::not_found("client_not_found", format!("there is no application {id}"))
}
