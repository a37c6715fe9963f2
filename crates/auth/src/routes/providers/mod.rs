//! Signing in with other providers.

pub(crate) mod callback;
pub(crate) mod list;
pub(crate) mod start;
