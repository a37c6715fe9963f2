//! Passkeys (`WebAuthn` Level 3): keys of devices and security tokens, which sign what the server makes up.
//!
//! Every passkey names its account by itself (a discoverable credential), and its device has verified the person before
//! it signs. So one ceremony does for all that a passkey is asked for: to sign in without a password, as a second
//! factor, and to prove once more who is there. It is two factors by itself.

mod ceremony;
mod document;
mod proof;
mod relying_party;

use aws_lc_rs::digest;

pub(crate) use ceremony::{Browser, PasskeyOptions, Purpose, begin, take};
pub(crate) use document::{MadeCredential, SignedCredential};
pub(crate) use proof::Presented;
pub(crate) use relying_party::{Assertion, NewCredential, RegistrationResponse, RelyingParty};

/// SHA-256 of what a device calls its passkey, by which it is found.
pub(crate) fn credential_hash(id: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, id).as_ref().to_vec()
}
