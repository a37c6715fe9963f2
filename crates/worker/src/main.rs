//! The worker, on its own.

use std::sync::Arc;

use tallykeep_service::{CommandLine, Health, RemoteAuthority, Server, Telemetry, connect, settings};
use tallykeep_worker::{Settings, start_jobs};
use utoipa_actix_web::service_config::ServiceConfig;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    CommandLine::run(serve)
}

fn serve() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-worker")?;
    let pool = connect(&settings.database, &settings.http)?;
    let authority = Arc::new(RemoteAuthority::new(&settings.authority, &settings.http.public_url)?);
    let _jobs = start_jobs(&settings.worker, &pool, authority)?;
    let no_routes = || |_: &mut ServiceConfig| {};
    Server::bind(settings.http, Health::with_database(pool), Some(telemetry.registry()))?.run(no_routes)
}
