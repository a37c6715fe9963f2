//! The web service, on its own.

use tallykeep_service::{Health, Server, Telemetry, settings};
use tallykeep_web::Settings;
use utoipa_actix_web::service_config::ServiceConfig;

fn main() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-web")?;
    let configure = || {
        |services: &mut ServiceConfig| {
            services.map(|services| services.configure(tallykeep_web::configure));
        }
    };
    Server::bind(settings.http, Health::default(), Some(telemetry.registry()))?.run(configure)
}
