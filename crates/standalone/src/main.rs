//! `tallykeep-standalone`: all of Tallykeep in one process.

use clap::{Parser, Subcommand};
use tallykeep_service::{Server, Telemetry, settings};
use tallykeep_standalone::{DEFAULTS, Database, Services, Settings, demo, master_secret};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// All of Tallykeep in one process. Without a command it serves.
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
    /// Loads a year of made-up data into a Tallykeep that runs, and prints how to look at it.
    Demo(demo::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        None => serve(),
        Some(Command::Common(command)) => command.run(DEFAULTS),
        Some(Command::Demo(arguments)) => demo::run(&arguments),
    }
}

fn serve() -> anyhow::Result<()> {
    let mut settings: Settings = settings::load_for_process(DEFAULTS)?;
    let telemetry = Telemetry::start(&settings.telemetry, "tallykeep-standalone")?;
    let database = Database::start(&settings.standalone)?;
    if settings.auth.secret.is_none() {
        settings.auth.secret = Some(master_secret(&settings.standalone.data)?);
    }
    let services = Services::build(&settings, &database.urls())?;
    let server = Server::bind(settings.http, services.health(), Some(telemetry.registry()))?;
    let _jobs = services.start_jobs()?;
    server.run(move || services.clone().configure())
}
