//! The span and the log line of each request.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use opentelemetry::{KeyValue, global, metrics::Histogram, propagation::Extractor};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::ClientAddress;

/// Names follow OpenTelemetry's semantic conventions for HTTP servers. The query string is left out: clients of
/// InfluxDB's first API send credentials in it.
pub(crate) struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string);
        let client = request.extensions().get::<ClientAddress>().map(|address| address.0.to_string());
        let span = tracing::info_span!(
            "http_request",
            "otel.kind" = "server",
            "http.request.method" = %request.method(),
            "url.path" = request.path(),
            "http.route" = request.match_pattern(),
            "client.address" = client,
            "request.id" = request_id,
        );
        let parent =
            global::get_text_map_propagator(|propagator| propagator.extract(&Headers(request.headers())));
        // Only a subscriber without OpenTelemetry refuses a parent, and then there is no trace to join.
        let _ = span.set_parent(parent);
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        // Not by a field of the span, which the line has: to add one, all that is written of it is read and written again.
        let status = status.as_u16();
        span.set_attribute("http.response.status_code", i64::from(status));
        span.in_scope(|| {
            if is_probe(outcome) || is_routine(outcome) {
                tracing::debug!("http.response.status_code" = status, "http_request_completed");
            } else {
                tracing::info!("http.response.status_code" = status, "http_request_completed");
            }
        });
    }
}

/// Health checks come every few seconds and would drown what people look for.
fn is_probe<B>(outcome: &Result<ServiceResponse<B>, Error>) -> bool {
    let path = outcome.as_ref().map(|response| response.request().path()).unwrap_or_default();
    matches!(path, "/livez" | "/readyz" | "/health" | "/metrics")
}

/// Marks a request whose success nobody looks for in the log: a question that comes with each picture of a page, or the
/// sample that a sensor sends each second. Its line is written at the level `debug`. Whatever is refused, or fails, is not
/// routine.
#[derive(Debug, Clone, Copy)]
pub struct Routine;

fn is_routine<B>(outcome: &Result<ServiceResponse<B>, Error>) -> bool {
    outcome.as_ref().is_ok_and(|response| {
        response.status().is_success() && response.request().extensions().contains::<Routine>()
    })
}

/// How long requests took, by method, route and status: `http.server.request.duration` of OpenTelemetry's semantic
/// conventions, with the boundaries that they name.
#[derive(Clone)]
pub(crate) struct RequestDuration(Histogram<f64>);

impl RequestDuration {
    pub(crate) fn new() -> Self {
        let boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
        let histogram = global::meter("tallykeep_service")
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_boundaries(boundaries.into())
            .build();
        Self(histogram)
    }

    fn record<B>(&self, method: &'static str, response: &ServiceResponse<B>, begin: Instant) {
        // The pattern of the route, not the path: clients can think of others without end, and each would be a series.
        let route = response.request().match_pattern().unwrap_or_default();
        let attributes = [
            KeyValue::new("http.request.method", method),
            KeyValue::new("http.route", route),
            KeyValue::new("http.response.status_code", i64::from(response.status().as_u16())),
        ];
        self.0.record(begin.elapsed().as_secs_f64(), &attributes);
    }
}

/// Of methods only those that are mounted, for the same reason.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "_OTHER",
    }
}

/// Records how long the request takes.
pub(crate) async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begin = Instant::now();
    let durations = request.app_data::<web::Data<RequestDuration>>().cloned();
    let method = method_name(request.method());
    let response = next.call(request).await?;
    if let Some(durations) = durations {
        durations.record(method, &response, begin);
    }
    Ok(response)
}

/// Answers with the request id, by which a person finds the request in the log.
pub(crate) async fn answer_request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let mut response = next.call(request).await?;
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
