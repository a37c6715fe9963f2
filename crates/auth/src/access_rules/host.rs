//! Which hosts a rule is about.

use std::{fmt, str::FromStr};

use tallykeep_domain::Rejection;

/// The longest host (RFC 1035 §2.3.4).
const LONGEST: usize = 253;
const BELOW: &str = "*.";

/// A host, or every host below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    /// Without the beginning that says "below".
    name: String,
    below: bool,
}

/// A text that names no hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule is for a host, such as notes.example.org, or for all below a domain, such as *.example.org")]
pub(crate) struct HostPatternError;

impl Rejection for HostPatternError {
    fn code(&self) -> &'static str {
        "access_rule_host_invalid"
    }
}

impl HostPattern {
    /// The host, or the domain above all those that it is about.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is about the hosts below a domain.
    pub(crate) fn is_below(&self) -> bool {
        self.below
    }

    /// Whether `host`, in small letters, is one of them. A domain is not below itself.
    pub(super) fn includes(&self, host: &str) -> bool {
        if self.below {
            host.strip_suffix(&self.name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.name
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beginning = if self.below { BELOW } else { "" };
        write!(formatter, "{beginning}{}", self.name)
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, HostPatternError> {
        let text = text.trim().to_ascii_lowercase();
        let (name, below) = text.strip_prefix(BELOW).map_or((text.as_str(), false), |name| (name, true));
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if name.len() > LONGEST || !name.split('.').all(is_label) {
            return Err(HostPatternError);
        }
        Ok(Self { name: name.to_owned(), below })
    }
}
