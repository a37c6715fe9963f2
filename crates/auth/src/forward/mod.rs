//! Forward auth: a proxy asks, before each request to another tool, who it is that wants to go there.

mod caller;
mod headers;
mod request;

pub(crate) use caller::identify;
pub(crate) use headers::{headers_for_tool, refuse_aliases};
pub(crate) use request::ForwardedRequest;
