//! The auth service, on its own.

use clap::{Parser, Subcommand};
use tallykeep_auth::{Settings, State, Watch, admin, configure, configure_internal, start_jobs};
use tallykeep_service::{Health, Server, Telemetry, connect, settings};
use utoipa_actix_web::service_config::ServiceConfig;

/// The auth service. Without a command it serves.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Common(tallykeep_service::Command),
    /// Does a task of the operator.
    #[command(subcommand)]
    Admin(admin::Command),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        None => serve(),
        Some(Command::Common(command)) => command.run(&[]),
        Some(Command::Admin(command)) => administer(command),
    }
}

fn administer(command: admin::Command) -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let pool = connect(&settings.database, &settings.http)?;
    command.run(&settings.auth, &settings.http.public_url, pool)
}

fn serve() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-auth")?;
    let pool = connect(&settings.database, &settings.http)?;
    let state = State::build(&settings.auth, &settings.http.public_url, pool.clone())?;
    let _jobs = start_jobs(state.clone())?;
    let _watch = Watch::start(&state, &settings.database)?;
    let configure = move || {
        let state = state.clone();
        |services: &mut ServiceConfig| {
            configure(state)(services);
            configure_internal(services);
        }
    };
    Server::bind(settings.http, Health::with_database(pool), Some(telemetry.registry()))?.run(configure)
}
