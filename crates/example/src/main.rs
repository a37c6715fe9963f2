#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use tallykeep_service::{CommandLine, Health, HttpSettings, Server, Telemetry, TelemetrySettings, settings};
use utoipa_actix_web::service_config::ServiceConfig;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    http: HttpSettings,
    telemetry: TelemetrySettings,
}

fn main() -> anyhow::Result<()> {
    CommandLine::run(serve)
}

fn serve() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-example")?;
    let configure = || {
        |services: &mut ServiceConfig| {
            services.map(|services| services.default_service(web::to(tell)));
        }
    };
    Server::bind(settings.http, Health::default(), Some(telemetry.registry()))?.run(configure)
}

/// What came: method, address and headers, each of these with all its values.
async fn tell(request: HttpRequest) -> HttpResponse {
    let mut headers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in request.headers() {
        headers
            .entry(name.as_str())
            .or_default()
            .push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    let who = headers.get("remote-user").and_then(|names| names.first());
    HttpResponse::Ok().json(json!({
        "hello": who,
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "headers": headers,
    }))
}
