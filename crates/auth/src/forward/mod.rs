//! Forward auth: a proxy asks, before each request to another tool, who it is that wants to go there.

mod assertion;
mod caller;
mod decision;
mod headers;
mod request;

pub(crate) use caller::Caller;
pub(crate) use decision::{Decision, decide};
pub(crate) use headers::{introduce, own_headers, refuse_aliases};
pub(crate) use request::ForwardedRequest;

use caller::identify;
