//! What is noted of whoever sends a request.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header};
use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_actix_web::RequestId;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{ClientAddress, Problem};

const LONGEST_USER_AGENT: usize = 256;

/// Who sends a request, as far as the request itself tells: nothing of it is proof of anything but the address.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The address, past trusted proxies. None for what comes by no request.
    pub address: Option<IpAddr>,
    /// What the client calls itself, cut to 256 characters.
    pub user_agent: String,
    /// The trace that the request is part of (W3C Trace Context), or else its request id.
    pub trace_id: String,
}

impl Visitor {
    /// Reads it from `request`.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let extensions = request.extensions();
        let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let trace = Span::current().context().span().span_context().trace_id();
        let request_id = || extensions.get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        Self {
            address: extensions.get::<ClientAddress>().map(|address| address.0),
            user_agent: user_agent.unwrap_or_default().chars().take(LONGEST_USER_AGENT).collect(),
            trace_id: if trace == opentelemetry::TraceId::INVALID { request_id() } else { trace.to_string() },
        }
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
