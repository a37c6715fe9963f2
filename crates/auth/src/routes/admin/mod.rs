//! What an administrator does.

pub(crate) mod accounts;
pub(crate) mod groups;
