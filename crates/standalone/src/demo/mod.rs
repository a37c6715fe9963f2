//! A year of made-up data for a demo account, sent through the public API as any client would.

mod client;
mod credentials;
mod year;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use jiff::Zoned;

use client::Client;
use credentials::Credentials;

/// Where to load, and where to keep the account's credentials.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The address of the Tallykeep that runs.
    #[arg(long, default_value = "http://localhost:8080")]
    url: String,
    /// The file that keeps the demo account's password and key, for its owner alone.
    #[arg(long)]
    credentials: PathBuf,
}

/// Loads the data, unless it was loaded before, and prints how to look at it.
///
/// # Errors
/// When Tallykeep cannot be reached, or has an account already that is not the demo's.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let url = arguments.url.trim_end_matches('/');
    let mut credentials = Credentials::read_or_make(&arguments.credentials)?;
    let api_key = match credentials.api_key.clone() {
        Some(key) => key,
        None => {
            let key = load(url, &credentials)?;
            credentials.api_key = Some(key.clone());
            credentials.keep(&arguments.credentials)?;
            key
        }
    };
    Ok(print(&mut io::stdout(), url, &credentials, &api_key)?)
}

/// Safe to repeat, so that a run that was cut short is no dead end. Answers a key.
fn load(url: &str, credentials: &Credentials) -> anyhow::Result<String> {
    let now = Zoned::now();
    let zone = now.time_zone().iana_name().unwrap_or("UTC");
    let client = Client::sign_in(url, &credentials.email, &credentials.password, zone)?;
    for metric in year::METRICS {
        client.create_metric(metric)?;
    }
    for (date, entry) in year::entries(now.date()) {
        client.put_entry(date, &entry)?;
    }
    for lines in year::lines(&now) {
        client.write_lines(lines)?;
    }
    client.create_key("Demo", &["metrics:read", "metrics:write"])
}

fn print(out: &mut impl Write, url: &str, credentials: &Credentials, api_key: &str) -> io::Result<()> {
    let Credentials { email, password, .. } = credentials;
    writeln!(
        out,
        "Demo account    {email}\n\
         Password        {password}\n\
         API key         {api_key}\n\
         \n\
         Send a value    curl -H 'Authorization: Bearer {api_key}' \\\n\
         \x20                 -d 'weight value=71.5' {url}/api/v2/write\n\
         Read a week     curl -H 'Authorization: Bearer {api_key}' \\\n\
         \x20                 '{url}/api/v1/query?metric=weight&step=1d'"
    )
}
