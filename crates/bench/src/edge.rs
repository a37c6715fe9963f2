//! What sign-in costs a tool behind Traefik: the same tool, asked with and without the middleware `sso`.

use reqwest::header;

use crate::{
    account,
    load::{self, Load, Pressure},
    median,
};

/// Which stack, and how hard.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The address of a stack that was started with `crates/bench/compose.yaml`, and has no account yet.
    #[arg(long)]
    url: String,
    #[command(flatten)]
    pressure: Pressure,
}

/// Prints the rates and latencies of each round, and the ratio of the medians.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let url = arguments.url.trim_end_matches('/');
    let cookie = account::register(url)?;
    let ask = |path: &str| {
        let address = format!("{url}{path}");
        load::run(&arguments.pressure, |client, _| client.get(&address).header(header::COOKIE, &cookie))
    };
    let (mut open, mut behind) = (Vec::new(), Vec::new());
    for round in 1..=arguments.pressure.rounds {
        open.push(tell(round, "bare route", &ask("/example-open/")?));
        behind.push(tell(round, "behind sso", &ask("/example/")?));
    }
    let (open, behind) = (median(&mut open), median(&mut behind));
    println!("median   bare route  {open:>8.0} requests/s");
    println!("median   behind sso  {behind:>8.0} requests/s  {:.2} x bare", behind / open);
    Ok(())
}

fn tell(round: usize, name: &str, load: &Load) -> f64 {
    println!(
        "round {round}  {name}  {:>8.0} requests/s  median {:.1} ms, 99 % within {:.1} ms",
        load.rate,
        load.latency_ms(0.5),
        load.latency_ms(0.99)
    );
    load.rate
}
