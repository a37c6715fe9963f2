//! Which providers there are.

use anyhow::Context;
use openidconnect::IssuerUrl;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_service::{is_loopback, settings};

/// A provider that people may sign in with, by a name of its own in the addresses.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// What the button calls it, such as `Google`.
    pub name: String,
    /// Its address, exactly as it writes it in what it signs; Google's is `https://accounts.google.com`. Everything else
    /// is read from what lies below it at `/.well-known/openid-configuration`.
    pub issuer: String,
    /// What it calls this installation.
    pub client_id: String,
    /// What it gave this installation to prove itself; none for a public client. Secret.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub client_secret: Option<SecretString>,
    /// What it is asked for besides `openid`, with commas between.
    #[serde(default = "default_scopes", deserialize_with = "settings::list")]
    #[schemars(with = "Vec<String>")]
    pub scopes: Vec<String>,
}

fn default_scopes() -> Vec<String> {
    vec!["email".to_owned()]
}

impl ProviderSettings {
    /// Its address, once everything here is checked.
    ///
    /// # Errors
    /// When something is missing or wrong; names the setting.
    pub(super) fn check(&self, id: &str) -> anyhow::Result<IssuerUrl> {
        let setting = |key: &str| format!("auth.providers.{id}.{key}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        anyhow::ensure!(
            (1..=32).contains(&id.len()) && id.chars().all(plain),
            "the setting auth.providers.{id} needs a name of 1 to 32 small letters, digits and hyphens"
        );
        anyhow::ensure!(!self.name.trim().is_empty(), "the setting {} is empty", setting("name"));
        anyhow::ensure!(!self.client_id.is_empty(), "the setting {} is empty", setting("client_id"));
        let issuer = IssuerUrl::new(self.issuer.clone())
            .with_context(|| format!("the setting {} is no address", setting("issuer")))?;
        let url = issuer.url();
        anyhow::ensure!(
            url.scheme() == "https" || is_plain_loopback(url.as_str()),
            "the setting {} must begin with https://",
            setting("issuer")
        );
        anyhow::ensure!(
            url.query().is_none() && url.fragment().is_none() && url.username().is_empty(),
            "the setting {} must be an address without a query, a fragment or a name",
            setting("issuer")
        );
        Ok(issuer)
    }
}

/// Whether `url` is one of this machine without TLS, as in development.
pub(super) fn is_plain_loopback(url: &str) -> bool {
    url.starts_with("http://") && is_loopback(url)
}
