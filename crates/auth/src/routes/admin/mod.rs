//! What an administrator does.

pub(crate) mod access_rules;
pub(crate) mod accounts;
pub(crate) mod clients;
pub(crate) mod groups;
