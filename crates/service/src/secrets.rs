//! Which secrets are good enough to start with.

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// The fewest characters of a secret.
const SHORTEST: usize = 32;
/// What secrets begin with that are public: `compose.yaml` brings them along, so that a first try needs no preparation.
const DEVELOPMENT: &str = "development-only-";
/// What stands in a secret that nobody chose.
const PLACEHOLDERS: [&str; 5] = ["change", "example", "secret", "password", "default"];

/// Refuses a secret that is short, was never chosen, or is public. A public one, for development, will do where the
/// public address is this machine's own (`http://localhost`), and is warned of.
///
/// # Errors
/// Names the setting, never the secret.
pub fn check_secret(setting: &str, secret: &SecretString, public_url: &str) -> anyhow::Result<()> {
    let secret = secret.expose_secret();
    anyhow::ensure!(secret.len() >= SHORTEST, "the setting {setting} needs at least {SHORTEST} characters");
    if secret.starts_with(DEVELOPMENT) {
        anyhow::ensure!(
            is_loopback(public_url),
            "the setting {setting} holds the secret for development, which everybody knows; \
             run ./scripts/setup to make your own"
        );
        tracing::warn!(setting, "development_secret_in_use");
        return Ok(());
    }
    let lower = secret.to_ascii_lowercase();
    let placeholder = PLACEHOLDERS.iter().any(|word| lower.contains(word));
    anyhow::ensure!(!placeholder, "the setting {setting} still holds a placeholder");
    Ok(())
}

/// Whether nobody but this machine can open the address.
#[must_use]
pub fn is_loopback(public_url: &str) -> bool {
    let url = Url::parse(public_url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHOSEN: &str = "b7Jq0vXz9rT2mKfLwE4hYc6NsUaGdP1i";
    const PUBLIC: &str = "development-only-0123456789-master";

    fn refusal(secret: &str, public_url: &str) -> Option<String> {
        check_secret("auth.secret", &secret.into(), public_url).err().map(|error| error.to_string())
    }

    #[test]
    fn a_chosen_secret_will_do_everywhere() {
        assert_eq!(refusal(CHOSEN, "https://numbers.example"), None);
    }

    #[test]
    fn a_short_one_and_a_placeholder_will_do_nowhere() {
        for secret in
            [&CHOSEN[1..], "change-me-change-me-change-me-change-me", "my-Password-of-32-characters-or-so"]
        {
            let message = refusal(secret, "http://localhost").unwrap();
            assert!(message.contains("auth.secret") && !message.contains(secret), "{message}");
        }
    }

    #[test]
    fn the_public_one_will_do_on_this_machine_only() {
        for address in ["http://localhost", "http://localhost:8080", "http://127.0.0.1", "https://[::1]/"] {
            assert_eq!(refusal(PUBLIC, address), None, "{address}");
        }
        let others = [
            "https://numbers.example",
            "http://192.168.1.2",
            "http://localhost.example",
            "http://x@a.b",
            "localhost",
        ];
        for address in others {
            assert!(refusal(PUBLIC, address).unwrap().contains("scripts/setup"), "{address}");
        }
    }
}
