//! Which methods a rule is about.

use std::{collections::BTreeSet, fmt};

use tallykeep_domain::Rejection;

/// The longest name of a method, in bytes.
const LONGEST: usize = 32;
/// How many a rule may name.
const MOST: usize = 20;

/// Methods of HTTP; none named means all. Whoever may GET may also ask for the head of the same answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MethodSet(BTreeSet<String>);

/// A text that is no method, or too many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule names at most {MOST} methods in capital letters, such as GET")]
pub(crate) struct MethodSetError;

impl Rejection for MethodSetError {
    fn code(&self) -> &'static str {
        "access_rule_methods_invalid"
    }
}

impl MethodSet {
    /// The methods of those names.
    pub(crate) fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, MethodSetError> {
        let names: Vec<&str> = names.into_iter().collect();
        if names.len() > MOST || !names.iter().all(|name| Self::is_plain(name)) {
            return Err(MethodSetError);
        }
        Ok(Self(names.into_iter().map(str::to_owned).collect()))
    }

    /// Whether every tool takes the name for the same method. Case counts in it (RFC 9110 §9.1), but not to all.
    pub(super) fn is_plain(name: &str) -> bool {
        (1..=LONGEST).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_')
    }

    /// Whether it leaves none out.
    pub(super) fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `method` is one of them.
    pub(super) fn includes(&self, method: &str) -> bool {
        let named = |name: &str| self.0.contains(name);
        self.is_all() || named(method) || (method == "HEAD" && named("GET"))
    }

    /// Their names, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

impl fmt::Display for MethodSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(" "))
    }
}
