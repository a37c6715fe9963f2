//! The applications that a person signs in at with this account.

pub(crate) mod list;
pub(crate) mod withdraw;
