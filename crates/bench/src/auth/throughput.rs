//! How many requests a second the service answers of those that come with every request to something else.

use reqwest::{
    blocking::{Client, RequestBuilder},
    header,
};

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

type Ask<'a> = dyn Fn(&Client, &str) -> RequestBuilder + Sync + 'a;

/// A question, asked of the service or, word by word, of a handler that does not listen. So what differs is what the
/// service does, and not what the client does.
struct Question<'a> {
    path: &'static str,
    ask: Box<Ask<'a>>,
}

/// Prints the rates of each round, and the ratios of the medians.
pub(super) fn run(service: &Service, cookie: &str, pressure: &Pressure) -> anyhow::Result<()> {
    let (url, bare) = (&service.process.url, bare::start()?);
    let key = account::make_key(url, cookie)?;
    for question in questions(cookie, &key) {
        let (mut ours, mut bares) = (Vec::new(), Vec::new());
        for round in 1..=pressure.rounds {
            for (who, url, rates) in [("bare", &bare, &mut bares), ("ours", url, &mut ours)] {
                let url = format!("{url}{}", question.path);
                let load = load::run(pressure, |client, _| (question.ask)(client, &url))?;
                tell(round, question.path, who, &load);
                rates.push(load.rate);
            }
        }
        let ratio = median(&mut ours) / median(&mut bares);
        println!("median   {:<20}  {ratio:.2} x bare, goal {GOAL}: {}", question.path, met(ratio >= GOAL));
    }
    Ok(())
}

fn questions<'a>(cookie: &'a str, key: &'a str) -> [Question<'a>; 2] {
    let forward = move |client: &Client, url: &str| {
        client
            .get(url)
            .header(header::COOKIE, cookie)
            .header("X-Forwarded-Method", "GET")
            .header("X-Forwarded-Proto", "http")
            .header("X-Forwarded-Host", HOST)
            .header("X-Forwarded-Uri", "/notes/")
    };
    let introspect =
        move |client: &Client, url: &str| client.post(url).bearer_auth(CREDENTIAL).form(&[("token", key)]);
    [
        Question { path: "/auth/forward", ask: Box::new(forward) },
        Question { path: "/internal/introspect", ask: Box::new(introspect) },
    ]
}

fn tell(round: usize, path: &str, who: &str, load: &Load) {
    println!(
        "round {round}  {path:<20}  {who}  {:>8.0} requests/s  median {:.1} ms, 99 % within {:.1} ms",
        load.rate,
        load.latency_ms(0.5),
        load.latency_ms(0.99)
    );
}
