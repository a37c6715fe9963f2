//! The auth service, on its own.

use tallykeep_auth::{Jobs, Settings, State, configure, configure_internal};
use tallykeep_service::{CommandLine, Health, Server, Telemetry, connect, settings};
use utoipa_actix_web::service_config::ServiceConfig;

fn main() -> anyhow::Result<()> {
    CommandLine::run(serve)
}

fn serve() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-auth")?;
    let pool = connect(&settings.database, &settings.http)?;
    let state = State::build(&settings.auth, &settings.http.public_url, pool.clone())?;
    let _jobs = Jobs::start(state.clone())?;
    let configure = move || {
        let state = state.clone();
        |services: &mut ServiceConfig| {
            configure(state)(services);
            configure_internal(services);
        }
    };
    Server::bind(settings.http, Health::with_database(pool), Some(telemetry.registry()))?.run(configure)
}
