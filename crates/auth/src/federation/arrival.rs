//! Somebody whom a provider vouches for.

use jiff::Timestamp;
use tallykeep_domain::EmailAddress;
use tallykeep_service::token_hash;

/// Somebody whom a provider vouches for, in a statement that was checked.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// The address of the provider.
    pub(crate) issuer: String,
    /// What it calls this person, for ever. Addresses change hands, and this does not.
    pub(crate) subject: String,
    /// The person's address, as far as it is told and one.
    pub(crate) email: Option<EmailAddress>,
    /// Whether the provider has seen that the person reads what is sent there.
    pub(crate) email_verified: bool,
    /// When the person last showed there who they are, as far as it is told.
    pub(crate) authenticated_at: Option<Timestamp>,
}

impl Arrival {
    /// SHA-256 of issuer and subject, by which the identity is found. No address has a space.
    pub(crate) fn hash(&self) -> [u8; 32] {
        token_hash(&format!("{} {}", self.issuer, self.subject))
    }

    /// The address, where the provider has seen that it is the person's.
    pub(crate) fn verified_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|_| self.email_verified)
    }
}
