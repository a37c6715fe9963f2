//! Series: which there are, and what makes them many.

pub(crate) mod cardinality;
pub(crate) mod list;
