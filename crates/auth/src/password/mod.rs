//! Passwords: which may be chosen, and how they are kept.

mod common;
mod context;
mod hashing;
mod memory;
mod queue;
mod rules;

pub(crate) use hashing::Passwords;
pub(crate) use rules::NewPassword;
