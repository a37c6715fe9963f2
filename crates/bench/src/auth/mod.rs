//! What the auth service costs: its answers to a proxy and to other services beside a bare handler, a sign-in beside
//! one Argon2 verification, and its memory. And whether its time tells who has an account.

mod bare;
mod memory;
mod service;
mod sign_in;
mod throughput;

use crate::{account, load::Pressure};
use service::Service;

/// How hard, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pressure: Pressure,
    /// How many sign-ins of each kind are timed.
    #[arg(long, default_value_t = 200)]
    tries: usize,
}

/// Prints every figure beside its goal.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start()?;
    // First, because memory is what it is before anything else has used it.
    memory::idle(&service)?;
    let cookie = account::register(&service.process.url)?;
    memory::parallel_sign_ins(&service)?;
    sign_in::latency(&service, arguments.tries)?;
    sign_in::enumeration(&service, arguments.tries)?;
    throughput::run(&service, &cookie, &arguments.pressure)
}

/// How a goal is told of.
const fn met(goal: bool) -> &'static str {
    if goal { "met" } else { "NOT met" }
}
