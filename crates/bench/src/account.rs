//! An account to measure with, in a Tallykeep that has none yet.

use anyhow::Context;
use reqwest::{blocking::Client, header};
use serde_json::{Value, json};

/// Its address.
pub(crate) const EMAIL: &str = "bench@localhost";
/// Its password.
pub(crate) const PASSWORD: &str = "only for this run";

/// Registers the account and answers its session cookie, as `name=value`.
pub(crate) fn register(url: &str) -> anyhow::Result<String> {
    let account = json!({"email": EMAIL, "password": PASSWORD});
    let http = Client::builder().no_proxy().build()?;
    let answer = http.post(format!("{url}/auth/register")).json(&account).send()?.error_for_status()?;
    let cookie = answer.headers().get(header::SET_COOKIE).context("no session was opened")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// Makes an API key that may write and read samples.
pub(crate) fn make_key(url: &str, cookie: &str) -> anyhow::Result<String> {
    let http = Client::builder().no_proxy().build()?;
    let key: Value = http
        .post(format!("{url}/auth/api-keys"))
        .header(header::COOKIE, cookie)
        .header("Sec-Fetch-Site", "same-origin")
        .json(&json!({"name": "bench", "scopes": ["metrics:read", "metrics:write"]}))
        .send()?
        .error_for_status()?
        .json()?;
    key["key"].as_str().map(str::to_owned).context("no key was made")
}
