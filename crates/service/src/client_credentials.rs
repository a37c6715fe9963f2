//! What the API documents say of OAuth, for clients that are made from them.

use tallykeep_domain::Scope;
use utoipa::openapi::{
    OpenApi,
    security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme},
};

use crate::document::operations;

/// Where the auth service trades an API key for an access token.
const TOKEN_URL: &str = "/auth/oauth2/token";
const NAME: &str = "oauth2";
const NO_SCOPES: [&str; 0] = [];

/// The scheme: the first eight characters of an API key are the client's identifier, and the key is its secret.
pub(crate) fn scheme() -> SecurityScheme {
    let about = |scope: Scope| {
        let words = match scope {
            Scope::MetricsRead => "Read metrics, series, samples and entries.",
            Scope::MetricsWrite => "Write them.",
            Scope::ToolsAccess => "Use the other tools behind the sign-in of this server.",
        };
        (scope.as_str(), words)
    };
    let scopes: Scopes = Scope::ALL.map(about).into_iter().collect();
    SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(ClientCredentials::new(TOKEN_URL, scopes))]))
}

/// Lets every operation that takes a bearer token take one that was drawn in that way.
pub(crate) fn allow(document: &mut OpenApi) {
    let bearer = SecurityRequirement::new("bearer", NO_SCOPES);
    for operation in operations(document) {
        if let Some(security) = operation.security.as_mut().filter(|security| security.contains(&bearer)) {
            security.push(SecurityRequirement::new(NAME, NO_SCOPES));
        }
    }
}
