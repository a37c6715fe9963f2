//! The ingest service, on its own.

use std::sync::Arc;

use actix_web::web::Data;
use tallykeep_ingest::{Settings, State, configure, start_jobs};
use tallykeep_service::{
    Authenticator, CommandLine, Health, RemoteAuthority, Server, Telemetry, connect, settings,
};
use utoipa_actix_web::service_config::ServiceConfig;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    CommandLine::run(serve)
}

fn serve() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-ingest")?;
    let pool = connect(&settings.database, &settings.http)?;
    let authority = || RemoteAuthority::new(&settings.authority, &settings.http.public_url).map(Arc::new);
    let authenticator = Data::new(Authenticator::new(authority()?, &settings.http.public_url));
    let state = State::build(&settings.ingest, pool.clone())?;
    let _jobs = start_jobs(&state, authority()?)?;
    let configure = move || {
        let (authenticator, state) = (Data::clone(&authenticator), state.clone());
        |services: &mut ServiceConfig| {
            services.app_data(authenticator);
            configure(state)(services);
        }
    };
    Server::bind(settings.http, Health::with_database(pool), Some(telemetry.registry()))?.run(configure)
}
