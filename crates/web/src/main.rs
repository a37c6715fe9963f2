//! The web service, on its own.

use clap::{Parser, Subcommand};
use tallykeep_service::{Health, Server, Telemetry, settings};
use tallykeep_web::{Settings, configure, configure_unavailable};
use utoipa_actix_web::service_config::ServiceConfig;

/// The page of Tallykeep. Without a command it serves.
#[derive(Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Common(tallykeep_service::Command),
    /// Answers everything with 503, in place of a service that is down or of all of them during maintenance.
    Unavailable,
}

fn main() -> anyhow::Result<()> {
    match CommandLine::parse().command {
        None => serve("tallykeep-web", Health::default(), configure),
        Some(Command::Unavailable) => {
            serve("tallykeep-unavailable", Health::stand_in(), configure_unavailable)
        }
        Some(Command::Common(command)) => command.run(&[]),
    }
}

fn serve(
    name: &'static str,
    health: Health,
    configure: fn(&mut actix_web::web::ServiceConfig),
) -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let telemetry = Telemetry::start(&settings.telemetry, name)?;
    let mount = move || {
        move |services: &mut ServiceConfig| {
            services.map(|services| services.configure(configure));
        }
    };
    Server::bind(settings.http, health, Some(telemetry.registry()))?.run(mount)
}
