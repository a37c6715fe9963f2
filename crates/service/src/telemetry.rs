//! Logs, traces and metrics of the process itself.

use std::io::IsTerminal;

use actix_web::{HttpResponse, get, web};
use anyhow::Context;
use opentelemetry::{KeyValue, global, trace::TracerProvider};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::{
    Resource, metrics::SdkMeterProvider, propagation::TraceContextPropagator, trace::SdkTracerProvider,
};
use prometheus::{Registry, TextEncoder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::Problem;

/// How the process reports on itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`) or directives such as
    /// `info,tallykeep_store=debug`.
    pub log: String,
    /// `json`, or `text` for people.
    pub format: LogFormat,
    /// The base address of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://collector:4318`.
    /// Traces and metrics are sent only when it is set.
    pub otlp_endpoint: Option<String>,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { log: "info,actix_server=warn".into(), format: LogFormat::Json, otlp_endpoint: None }
    }
}

/// Keeps telemetry going; what is left is sent when it is dropped.
pub struct Telemetry {
    tracer: Option<SdkTracerProvider>,
    meter: SdkMeterProvider,
    registry: Registry,
}

impl Telemetry {
    /// Starts telemetry for the whole process, under the name `service`.
    ///
    /// Call it before an async runtime runs: the OTLP client is a blocking one with a thread of its own.
    ///
    /// # Errors
    /// When a setting is wrong, or telemetry was started before.
    pub fn start(settings: &TelemetrySettings, service: &'static str) -> anyhow::Result<Self> {
        let resource = Resource::builder()
            .with_service_name(service)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let endpoint = settings.otlp_endpoint.as_deref().map(|url| url.trim_end_matches('/'));
        let tracer = endpoint.map(|url| tracer_provider(url, resource.clone())).transpose()?;
        let registry = Registry::new();
        let meter = meter_provider(endpoint, &registry, resource)?;
        global::set_meter_provider(meter.clone());
        global::set_text_map_propagator(TraceContextPropagator::new());
        let filter = EnvFilter::try_new(&settings.log).context("the setting telemetry.log")?;
        let lines = tracing_subscriber::fmt::layer();
        let lines = match settings.format {
            LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
            LogFormat::Text => lines.compact().with_ansi(std::io::stdout().is_terminal()).boxed(),
        };
        let traces =
            tracer.as_ref().map(|tracer| tracing_opentelemetry::layer().with_tracer(tracer.tracer(service)));
        tracing_subscriber::registry().with(filter).with(lines).with(traces).try_init()?;
        Ok(Self { tracer, meter, registry })
    }

    /// The Prometheus registry behind `/metrics`.
    #[must_use]
    pub fn registry(&self) -> Registry {
        self.registry.clone()
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.tracer.as_ref().map(SdkTracerProvider::shutdown) {
            tracing::warn!(%error, "telemetry_shutdown_failed");
        }
        if let Err(error) = self.meter.shutdown() {
            tracing::warn!(%error, "telemetry_shutdown_failed");
        }
    }
}

fn tracer_provider(endpoint: &str, resource: Resource) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()?;
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

fn meter_provider(
    endpoint: Option<&str>,
    registry: &Registry,
    resource: Resource,
) -> anyhow::Result<SdkMeterProvider> {
    let prometheus = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
    let mut builder = SdkMeterProvider::builder().with_reader(prometheus).with_resource(resource);
    if let Some(endpoint) = endpoint {
        let exporter = opentelemetry_otlp::MetricExporter::builder()
            .with_http()
            .with_endpoint(format!("{endpoint}/v1/metrics"))
            .build()?;
        builder = builder.with_periodic_exporter(exporter);
    }
    Ok(builder.build())
}

/// The process's own metrics, on their own port.
#[get("/metrics")]
pub(crate) async fn metrics(registry: web::Data<Registry>) -> Result<HttpResponse, Problem> {
    let text = TextEncoder::new().encode_to_string(&registry.gather()).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().content_type(prometheus::TEXT_FORMAT).body(text))
}
