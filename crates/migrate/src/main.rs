//! Runs once: `migrate` as a program.

use tallykeep_database::with_password;
use tallykeep_migrate::{Settings, run};
use tallykeep_service::{Telemetry, settings};

fn main() -> anyhow::Result<()> {
    let settings: Settings = settings::load_for_process(&[])?;
    let _telemetry = Telemetry::start(&settings.telemetry, "tallykeep-migrate")?;
    settings.check()?;
    let url = with_password(&settings.database.url, settings.database.password.as_ref())?;
    run(&url, &settings.passwords)
}
