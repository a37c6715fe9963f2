//! Who the person of an account is at other providers.

pub(crate) mod list;
pub(crate) mod unlink;
