//! A sign-in that waits for its second factor.

pub(crate) mod find;
pub(crate) mod give_up;
