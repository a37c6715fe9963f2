//! The addresses that people are sent back to.

use actix_web::http::StatusCode;
use tallykeep_service::Problem;
use url::Url;

const LONGEST: usize = 1_000;
/// This machine itself. A program on it listens at whatever port is free (RFC 8252 §7.3).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Checks an address that an administrator registers: HTTPS, or plain HTTP on the person's own machine.
///
/// # Errors
/// 422 for any other, and for one that a parser would spell otherwise.
pub(crate) fn check_redirect_uri(text: &str) -> Result<(), Problem> {
    let refuse = |why: &str| {
        let found: String = text.chars().take(100).collect();
        let detail = format!("{found:?} cannot be registered: {why}");
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "redirect_uri_invalid", detail))
    };
    let Ok(url) = Url::parse(text) else { return refuse("it is no absolute address") };
    // The slash behind a bare host is the one part of the parser's spelling that people leave out.
    if text != url.as_str() && format!("{text}/") != url.as_str() {
        return refuse(&format!("it has to be spelled {url}"));
    }
    if text.len() > LONGEST || text.contains('*') {
        return refuse("it is too long, or holds an asterisk; addresses are compared as they are");
    }
    if url.fragment().is_some() || (url.username(), url.password()) != ("", None) {
        return refuse("it has a fragment or names a user");
    }
    if url.scheme() != "https" && without_port(text).is_none() {
        return refuse("it begins neither with https:// nor with http:// and the person's own machine");
    }
    Ok(())
}

/// Whether `presented` is one of `registered`, of which there is one a line: the same text, but for the port on the
/// person's own machine.
pub(super) fn is_registered(registered: &str, presented: &str) -> bool {
    registered.lines().any(|one| {
        one == presented || without_port(one).is_some_and(|bare| without_port(presented) == Some(bare))
    })
}

/// Whether whoever listens there may be any program on the person's machine.
pub(super) fn is_loopback(uri: &str) -> bool {
    without_port(uri).is_some()
}

/// Origin and rest of an address on the person's own machine, without the port between them.
fn without_port(uri: &str) -> Option<(&'static str, &str)> {
    LOOPBACK.into_iter().find_map(|origin| {
        let rest = uri.strip_prefix(origin)?;
        let rest = match rest.strip_prefix(':') {
            Some(rest) => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                rest[..digits].parse::<u16>().ok()?;
                &rest[digits..]
            }
            None => rest,
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((origin, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_the_own_machine_can_be_registered() {
        for good in [
            "https://app.example/callback",
            "https://app.example:8443/callback?a=b",
            "https://app.example",
            "http://127.0.0.1/callback",
            "http://[::1]:8000/callback",
            "http://localhost:3000/",
        ] {
            assert!(check_redirect_uri(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/callback",
            "http://app.example/callback",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "https://app.example/#fragment",
            "https://app.example/callback#",
            "https://*.example/callback",
            "https://user@app.example/",
            "https://APP.example/callback",
            "https://app.example/a/../callback",
            "https://app.example:443/callback",
            "https://app.example/a b",
            "javascript:alert(1)",
            "app.example:/callback",
            "https://app.example/\nhttps://evil.example/",
        ] {
            assert!(check_redirect_uri(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_port_is_free_on_the_own_machine_and_nowhere_else() {
        let registered = "https://app.example/callback\nhttp://127.0.0.1:3000/callback";
        for same in
            ["https://app.example/callback", "http://127.0.0.1/callback", "http://127.0.0.1:65535/callback"]
        {
            assert!(is_registered(registered, same), "{same}");
        }
        for other in [
            "https://app.example:8443/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1:80.evil.example/callback",
            "http://localhost:3000/callback",
            "http://[::1]:3000/callback",
            "http://127.0.0.1:3000/callback/",
            "http://127.0.0.1:3000/Callback",
            "http://127.0.0.1.evil.example/callback",
            "https://127.0.0.1/callback",
            "",
        ] {
            assert!(!is_registered(registered, other), "{other}");
        }
    }
}
