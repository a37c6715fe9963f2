//! How many requests a second the service answers of those that come with every request to something else.

use reqwest::header;

use super::{
    bare, met,
    service::{CREDENTIAL, HOST, Service},
};
use crate::{
    account,
    load::{self, Load, Pressure},
    median,
};

/// The part of a bare handler's rate that both questions should reach.
const GOAL: f64 = 0.7;

/// Prints the rates of each round, and the ratios of the medians.
pub(super) fn run(service: &Service, cookie: &str, pressure: &Pressure) -> anyhow::Result<()> {
    let (url, bare) = (&service.process.url, bare::start()?);
    let key = account::make_key(url, cookie)?;
    let (forward, introspect) = (format!("{url}/auth/forward"), format!("{url}/internal/introspect"));
    let mut rates: [Vec<f64>; 3] = Default::default();
    for round in 1..=pressure.rounds {
        let loads = [
            ("bare handler", load::run(pressure, |client, _| client.get(&bare))?),
            (
                "/auth/forward",
                load::run(pressure, |client, _| {
                    client
                        .get(&forward)
                        .header(header::COOKIE, cookie)
                        .header("X-Forwarded-Method", "GET")
                        .header("X-Forwarded-Proto", "http")
                        .header("X-Forwarded-Host", HOST)
                        .header("X-Forwarded-Uri", "/notes/")
                })?,
            ),
            (
                "/internal/introspect",
                load::run(pressure, |client, _| {
                    client.post(&introspect).bearer_auth(CREDENTIAL).form(&[("token", &key)])
                })?,
            ),
        ];
        for ((name, load), rates) in loads.iter().zip(&mut rates) {
            tell(round, name, load);
            rates.push(load.rate);
        }
    }
    let [bare, forward, introspect] = rates.map(|mut rates| median(&mut rates));
    println!("median   bare handler          {bare:>8.0} requests/s");
    for (name, rate) in [("/auth/forward", forward), ("/internal/introspect", introspect)] {
        let ratio = rate / bare;
        println!(
            "median   {name:<20}  {rate:>8.0} requests/s  {ratio:.2} x bare, goal {GOAL}: {}",
            met(ratio >= GOAL)
        );
    }
    Ok(())
}

fn tell(round: usize, name: &str, load: &Load) {
    println!(
        "round {round}  {name:<20}  {:>8.0} requests/s  median {:.1} ms, 99 % within {:.1} ms",
        load.rate,
        load.latency_ms(0.5),
        load.latency_ms(0.99)
    );
}
