//! Erasing accounts in other services, which ask what there is to erase.

pub(crate) mod confirm;
pub(crate) mod list;
