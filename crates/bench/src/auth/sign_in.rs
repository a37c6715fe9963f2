//! How long a sign-in takes.

use std::time::Instant;

use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use reqwest::{StatusCode, blocking::Client};
use serde_json::json;
use statrs::stats_tests::{
    Alternative,
    mannwhitneyu::{MannWhitneyUMethod, mannwhitneyu},
};

use super::{met, service::Service};
use crate::{account, median};

/// How much longer than one Argon2 verification a sign-in may take.
const LATENCY_GOAL: f64 = 1.1;
/// A difference that chance alone would bring about less often than this is a difference.
const SIGNIFICANCE: f64 = 0.01;
const UNKNOWN: &str = "nobody@localhost";
const WRONG: &str = "the password of nobody";

/// Tries to sign in once, as a client of its own, and answers whether the service took it: it turns away what cannot
/// wait for its turn to be hashed.
pub(super) fn once(service: &Service) -> anyhow::Result<bool> {
    match ask(&client()?, service, account::EMAIL, account::PASSWORD)? {
        StatusCode::OK => Ok(true),
        StatusCode::SERVICE_UNAVAILABLE => Ok(false),
        status => anyhow::bail!("a sign-in was answered {status}"),
    }
}

/// Prints the medians of a sign-in and of one verification with the same parameters, in turn.
pub(super) fn latency(service: &Service, tries: usize) -> anyhow::Result<()> {
    // The service's parameters are the crate's own.
    let argon2 = Argon2::default();
    let hash = argon2.hash_password(account::PASSWORD.as_bytes())?.to_string();
    let hash = PasswordHash::new(&hash)?;
    let client = client()?;
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..tries {
        alone.push(milliseconds(|| Ok(argon2.verify_password(account::PASSWORD.as_bytes(), &hash)?))?);
        whole.push(milliseconds(|| {
            sign_in(&client, service, account::EMAIL, account::PASSWORD, StatusCode::OK)
        })?);
    }
    let (alone, whole) = (median(&mut alone), median(&mut whole));
    let ratio = whole / alone;
    println!("one verification      {alone:>8.2} ms");
    println!(
        "sign-in               {whole:>8.2} ms  {ratio:.2} x verification, goal {LATENCY_GOAL}: {}",
        met(ratio <= LATENCY_GOAL)
    );
    Ok(())
}

/// Prints the medians for an address with and one without an account, in turn, and how likely it is that chance alone
/// makes them differ so (Mann and Whitney's test).
pub(super) fn enumeration(service: &Service, tries: usize) -> anyhow::Result<()> {
    let client = client()?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..tries {
        for (email, times) in [(account::EMAIL, &mut known), (UNKNOWN, &mut unknown)] {
            times.push(milliseconds(|| sign_in(&client, service, email, WRONG, StatusCode::UNAUTHORIZED))?);
        }
    }
    let method = MannWhitneyUMethod::AsymptoticInclContinuityCorrection;
    let (_, chance) = mannwhitneyu(&known, &unknown, method, Alternative::TwoSided)?;
    let (known, unknown) = (median(&mut known), median(&mut unknown));
    println!("known address         {known:>8.2} ms");
    println!(
        "unknown address       {unknown:>8.2} ms  {:+.2} ms, by chance {:.0} %, goal at least {:.0} %: {}",
        unknown - known,
        100.0 * chance,
        100.0 * SIGNIFICANCE,
        met(chance >= SIGNIFICANCE)
    );
    Ok(())
}

fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().no_proxy().build()?)
}

fn sign_in(
    client: &Client,
    service: &Service,
    email: &str,
    password: &str,
    expected: StatusCode,
) -> anyhow::Result<()> {
    let status = ask(client, service, email, password)?;
    anyhow::ensure!(status == expected, "a sign-in was answered {status}");
    Ok(())
}

fn ask(client: &Client, service: &Service, email: &str, password: &str) -> anyhow::Result<StatusCode> {
    let body = json!({"email": email, "password": password});
    let answer = client.post(format!("{}/auth/login", service.process.url)).json(&body).send()?;
    let status = answer.status();
    answer.bytes()?;
    Ok(status)
}

fn milliseconds(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}
