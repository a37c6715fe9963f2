//! Runs once: `migrate` as a program.

use tallykeep_database::ServiceRole;
use tallykeep_migrate::{Settings, run};
use tallykeep_service::{Telemetry, settings};

fn main() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let _telemetry = Telemetry::start(&settings.telemetry, "tallykeep-migrate")?;
    for role in ServiceRole::ALL {
        settings::check_secret(&format!("passwords of {}", role.name()), settings.passwords.of(role))?;
    }
    run(&settings.database.url, &settings.passwords)
}
