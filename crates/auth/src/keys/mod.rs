//! The keys of this service. From each master secret one is derived per purpose (HKDF, RFC 5869); what tokens are
//! signed with is random, and lies sealed in the database.

mod key_sets;
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
pub(crate) use signing::{ACCESS_TOKEN_SECONDS, SigningAlgorithm};
pub(crate) use signing_keys::{ID_TOKEN_TYPE, SigningKeys};

pub use reseal::Resealed;
pub use rotation::Rotation;
