//! Setting another password without the old one.

pub(crate) mod ask;
pub(crate) mod confirm;
pub(crate) mod create_link;
