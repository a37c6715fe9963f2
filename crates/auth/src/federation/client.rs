//! This installation as a client of a provider.

use openidconnect::{
    AuthType, ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, RedirectUrl,
    core::{CoreClient, CoreClientAuthMethod},
};

use super::metadata::Metadata;

/// A client that knows where to ask.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider knows of this installation.
pub(super) struct Credentials {
    pub(super) id: ClientId,
    pub(super) secret: Option<ClientSecret>,
    /// Where it sends browsers back to.
    pub(super) redirect_uri: RedirectUrl,
}

impl Credentials {
    /// A client of the provider that `metadata` is of.
    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), self.id.clone(), self.secret.clone())
                .set_redirect_uri(self.redirect_uri.clone());
        // Where nothing is said it is the header (RFC 8414 §2).
        let methods = metadata.token_endpoint_auth_methods_supported();
        if methods.is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)) {
            return client.set_auth_type(AuthType::RequestBody);
        }
        client
    }
}
