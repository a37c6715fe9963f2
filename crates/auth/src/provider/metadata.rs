//! What applications can find out about this server by themselves (OpenID Connect Discovery §3, RFC 8414 §2).

use serde::Serialize;
use utoipa::ToSchema;

use super::ClientScope;
use crate::{State, keys::SigningAlgorithm};

/// Where everything is, and what is supported.
#[derive(Serialize, ToSchema)]
pub(crate) struct Metadata {
    /// The public address. It is the `iss` of every token.
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<String>,
    response_types_supported: Vec<String>,
    response_modes_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    subject_types_supported: Vec<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
    introspection_endpoint_auth_methods_supported: Vec<String>,
    revocation_endpoint_auth_methods_supported: Vec<String>,
    code_challenge_methods_supported: Vec<String>,
    prompt_values_supported: Vec<String>,
    claims_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    /// RFC 9207.
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Of this server.
    pub(crate) fn of(state: &State) -> Self {
        let at = |path: &str| format!("{}{path}", state.public_url);
        let secret = ["client_secret_basic", "client_secret_post"];
        let secret_or_none = ["client_secret_basic", "client_secret_post", "none"];
        let algorithms = [SigningAlgorithm::Rs256, SigningAlgorithm::EdDsa].map(SigningAlgorithm::as_str);
        Self {
            issuer: at(""),
            authorization_endpoint: at("/auth/oauth2/authorize"),
            token_endpoint: at("/auth/oauth2/token"),
            userinfo_endpoint: at("/auth/oauth2/userinfo"),
            introspection_endpoint: at("/auth/oauth2/introspect"),
            revocation_endpoint: at("/auth/oauth2/revoke"),
            end_session_endpoint: at("/auth/oauth2/logout"),
            jwks_uri: at("/.well-known/jwks.json"),
            scopes_supported: texts(&ClientScope::ALL.map(ClientScope::as_str)),
            response_types_supported: texts(&["code"]),
            response_modes_supported: texts(&["query"]),
            grant_types_supported: texts(&["authorization_code", "refresh_token", "client_credentials"]),
            subject_types_supported: texts(&["public"]),
            id_token_signing_alg_values_supported: texts(&algorithms),
            token_endpoint_auth_methods_supported: texts(&secret_or_none),
            introspection_endpoint_auth_methods_supported: texts(&secret),
            revocation_endpoint_auth_methods_supported: texts(&secret_or_none),
            code_challenge_methods_supported: texts(&["S256"]),
            prompt_values_supported: texts(&["none", "login", "consent", "select_account"]),
            claims_supported: texts(&[
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "amr",
                "name",
                "locale",
                "zoneinfo",
                "email",
                "email_verified",
                "groups",
            ]),
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
        }
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
