//! A Tallykeep of its own under load.

use crate::{
    account, folder,
    load::{self, Load, Pressure},
    process::{Process, program},
    samples::Samples,
};

/// Starts it on a new folder, loads it, and ends it.
pub(crate) fn load(samples: &Samples, pressure: &Pressure) -> anyhow::Result<Load> {
    let folder = folder()?;
    let mut command = program("tallykeep-standalone")?;
    command.env("TALLYKEEP__STANDALONE__DATA", folder.path());
    let process = Process::start(command)?;
    let key = account::make_key(&process.url, &account::register(&process.url)?)?;
    let address = format!("{}/api/v2/write", process.url);
    load::run(pressure, |client, number| {
        let body = &samples.bodies[number % samples.bodies.len()];
        client.post(&address).bearer_auth(&key).body(body.clone())
    })
}
