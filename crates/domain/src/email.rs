//! E-mail addresses, as far as a sign-in name needs them.

use std::{fmt, str::FromStr};

use crate::Rejection;

/// Longest address that SMTP can carry (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// Longest local part (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An e-mail address in the form that accounts are found by: ASCII, lower case.
///
/// Quoted local parts, comments and non-ASCII addresses are refused. Two spellings of one address must never be
/// two accounts, and case folding beyond ASCII cannot promise that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// Why a text is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Longer than SMTP carries.
    #[error("the e-mail address is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not exactly one `@` with something on both sides.
    #[error("the e-mail address needs one @ with a name before it and a domain behind it")]
    Shape,
    /// A character outside `atext` and the dot (RFC 5322 §3.2.3), before the `@`.
    #[error("the e-mail address has {0:?} before the @, which is not allowed there")]
    LocalPart(char),
    /// A name before the `@` that is too long, or with a dot where none can be.
    #[error(
        "the part before the @ is longer than {MAX_LOCAL_BYTES} bytes, or has a dot at an end or two in a row"
    )]
    Dots,
    /// Not a host name (RFC 1123 §2.1).
    #[error("{0:?} is no domain name")]
    Domain(String),
}

impl Rejection for EmailAddressError {
    fn code(&self) -> &'static str {
        "email_invalid"
    }
}

impl EmailAddress {
    /// The address in its canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(EmailAddressError::TooLong);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailAddressError::Shape)?;
        if local.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(EmailAddressError::Shape);
        }
        check_local_part(local)?;
        if !is_host_name(domain) {
            return Err(EmailAddressError::Domain(domain.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

fn check_local_part(local: &str) -> Result<(), EmailAddressError> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(*c);
    if let Some(wrong) = local.chars().find(|c| !allowed(c)) {
        return Err(EmailAddressError::LocalPart(wrong));
    }
    if local.len() > MAX_LOCAL_BYTES || local.split('.').any(str::is_empty) {
        return Err(EmailAddressError::Dots);
    }
    Ok(())
}

/// One label is enough: `root@localhost` is a real address on a machine of one's own.
fn is_host_name(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}
