//! Showing that somebody reads what is sent to an account's address.

pub(crate) mod ask;
pub(crate) mod confirm;
