//! The keys of this service. From each master secret one is derived per purpose (HKDF, RFC 5869); what access tokens are
//! signed with is random, and lies sealed in the database.

mod master;
mod reseal;
mod ring;
mod rotation;
mod schedule;
mod sealed;
mod signing;
mod signing_keys;

pub(crate) use master::MasterKey;
pub(crate) use reseal::SealedColumn;
pub(crate) use ring::KeyRing;
pub(crate) use signing::ACCESS_TOKEN_SECONDS;
pub(crate) use signing_keys::SigningKeys;

pub use reseal::Resealed;
pub use rotation::Rotation;
