//! What an application may know of a person: asked on the page `/consent`.

pub(crate) mod answer;
pub(crate) mod find;
