//! `tallykeep-standalone`: all of Tallykeep in one process.

use clap::{Parser, Subcommand};
use tallykeep_auth::admin;
use tallykeep_database::{PoolSettings, connect};
use tallykeep_service::{Server, Telemetry, settings};
use tallykeep_standalone::{AdminDatabase, DEFAULTS, Database, Services, Settings, demo, master_secret};

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
    /// Does a task of the operator, whether Tallykeep runs on this data or not.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Loads a year of made-up data into a Tallykeep that runs, and prints how to look at it.
    Demo(demo::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        None => serve(),
        Some(Command::Common(command)) => command.run(DEFAULTS),
        Some(Command::Admin(command)) => administer(command),
        Some(Command::Demo(arguments)) => demo::run(&arguments),
    }
}

fn administer(command: admin::Command) -> anyhow::Result<()> {
    let mut settings: Settings = settings::load_for_process(DEFAULTS)?;
    let database = AdminDatabase::open(&settings.standalone)?;
    settings.auth.secret = Some(match settings.auth.secret {
        Some(secret) => secret,
        None => master_secret(&settings.standalone.data)?,
    });
    command.run(&settings.auth, &settings.http.public_url, connect(&PoolSettings::new(database.url()))?)
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
