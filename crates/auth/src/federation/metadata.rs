//! What a provider says of itself: where to ask it what, and with which keys it signs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use openidconnect::{
    AdditionalProviderMetadata, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::RwLock;

use super::transport::{Transport, TransportError};

/// How long it is believed without being asked again. A key that is not known is reason to ask at once.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// The document, and the keys.
pub(super) type Metadata = ProviderMetadata<
    ResponseIssuer,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Whether the provider names itself in what a browser brings back (RFC 9207).
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(super) struct ResponseIssuer {
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) supported: bool,
}

impl AdditionalProviderMetadata for ResponseIssuer {}

/// What was learned of one provider, and when.
#[derive(Default)]
pub(super) struct Known(RwLock<Option<(Instant, Arc<Metadata>)>>);

impl Known {
    /// What is known, or else what the provider says now. Nobody waits for somebody else's question: a few at once are
    /// asked twice.
    pub(super) async fn get(
        &self,
        issuer: &IssuerUrl,
        transport: &Transport,
    ) -> anyhow::Result<Arc<Metadata>> {
        if let Some((since, metadata)) = &*self.0.read().await
            && since.elapsed() < FRESH
        {
            return Ok(Arc::clone(metadata));
        }
        self.refresh(issuer, transport).await
    }

    /// What the provider says now.
    pub(super) async fn refresh(
        &self,
        issuer: &IssuerUrl,
        transport: &Transport,
    ) -> anyhow::Result<Arc<Metadata>> {
        let metadata = Metadata::discover_async(issuer.clone(), transport).await?;
        // Two spellings of an address are the same to the library, and two issuers by the standard.
        anyhow::ensure!(
            metadata.issuer().as_str() == issuer.as_str(),
            "the document is that of the issuer {}",
            metadata.issuer().as_str()
        );
        // The page opens it, and would open anything.
        let endpoint = metadata.authorization_endpoint().as_str();
        anyhow::ensure!(transport.allows(endpoint), TransportError::Address(endpoint.to_owned()));
        let metadata = Arc::new(metadata);
        *self.0.write().await = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }
}
