//! Which statement of a provider counts.

use anyhow::{Context, ensure};
use jiff::Timestamp;
use openidconnect::{
    ClaimsVerificationError, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm},
};

use super::{arrival::Arrival, client::Client};

/// How a provider may sign, which the library would else read from the provider's own document. None of these is verified
/// with a secret that this service has, so nobody else can sign what it would take for the provider's.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The longest name of a person at a provider (OpenID Connect Core §2).
const LONGEST_SUBJECT: usize = 255;

/// What `token` states, once everything that the library checks is right: issuer, audience, algorithm, signature, end and
/// `nonce`.
///
/// # Errors
/// Whatever is not; see [`lacks_key`].
pub(super) fn verify<'a>(
    token: &'a CoreIdToken,
    client: &Client,
    nonce: &Nonce,
) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    token.claims(&client.id_token_verifier().set_allowed_algs(ALGORITHMS), nonce)
}

/// Whether it is signed with a key that is not known. The provider may have a new one.
pub(super) fn lacks_key(error: &ClaimsVerificationError) -> bool {
    let missing = SignatureVerificationError::NoMatchingKey;
    matches!(error, ClaimsVerificationError::SignatureVerification(error) if *error == missing)
}

/// Whom the claims vouch for, once what the library leaves open is right too.
pub(super) fn read(claims: &CoreIdTokenClaims, issuer: &str, client_id: &str) -> anyhow::Result<Arrival> {
    // Two spellings of an address are the same to the library, and two issuers by the standard.
    ensure!(claims.issuer().as_str() == issuer, "it is of the issuer {}", claims.issuer().as_str());
    // Another client's, to whom the person has shown nothing of us (OpenID Connect Core §3.1.3.7).
    ensure!(
        claims.authorized_party().is_none_or(|party| party.as_str() == client_id),
        "it was made for another client"
    );
    let subject = claims.subject().as_str();
    ensure!((1..=LONGEST_SUBJECT).contains(&subject.len()), "its subject is empty or too long");
    let authenticated_at = claims
        .auth_time()
        .map(|time| Timestamp::from_second(time.timestamp()))
        .transpose()
        .context("its auth_time is no time")?;
    Ok(Arrival {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        email: claims.email().and_then(|email| email.as_str().parse().ok()),
        email_verified: claims.email_verified() == Some(true),
        authenticated_at,
    })
}
