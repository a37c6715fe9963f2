//! How somebody proved who they are.

use std::{collections::BTreeSet, fmt};

/// A way to prove it, with its name in RFC 8176 §2 where that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    /// Another provider's word. RFC 8176 has no name for it.
    Federated,
    /// The account's password.
    Password,
    /// A code that is good once: of an app, or one that was written down. Only ever asked for beside another proof.
    OneTimeCode,
    /// The possession of a key, which its device gives leave to use after it has verified the person.
    Passkey,
}

impl Method {
    const ALL: [Self; 4] = [Self::Federated, Self::Password, Self::OneTimeCode, Self::Passkey];
    /// Those that make two factors, with whatever else was given.
    pub(crate) const SECOND_FACTORS: [Self; 2] = [Self::OneTimeCode, Self::Passkey];

    /// Its name in tokens and in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Federated => "fed",
            Self::Password => "pwd",
            Self::OneTimeCode => "otp",
            Self::Passkey => "pop",
        }
    }
}

/// All the ways in which somebody did: the authentication methods references of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Methods(BTreeSet<Method>);

impl Methods {
    /// What is stored, as [`Display`](fmt::Display) writes it. A name that this version does not know proves nothing.
    pub(crate) fn parse(text: &str) -> Self {
        let is_named = |method: &Method| text.split(' ').any(|name| name == method.name());
        Self(Method::ALL.into_iter().filter(is_named).collect())
    }

    /// These, and `method`.
    pub(crate) fn and(mut self, method: Method) -> Self {
        self.0.insert(method);
        self
    }

    /// These without those that make two factors.
    pub(super) fn without_second_factors(mut self) -> Self {
        self.0.retain(|method| !Method::SECOND_FACTORS.contains(method));
        self
    }

    /// Whether they are two factors: something that its person knows or is, and something that they have.
    pub(crate) fn are_two_factors(&self) -> bool {
        Method::SECOND_FACTORS.iter().any(|method| self.0.contains(method))
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|method| method.name()).collect()
    }
}

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        Self(BTreeSet::from([method]))
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(" "))
    }
}
