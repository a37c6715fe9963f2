//! What an application asks to know.

use std::{collections::BTreeSet, fmt};

/// A part of what an application may know of a person (OpenID Connect Core §5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClientScope {
    /// Who it is, by a number. Always asked for.
    OpenId,
    /// Name, language and time zone.
    Profile,
    /// The address, and whether it was confirmed.
    Email,
    /// The role, and the groups.
    Groups,
    /// To be told also when the person is away (OpenID Connect Core §11).
    OfflineAccess,
}

impl ClientScope {
    pub(crate) const ALL: [Self; 5] =
        [Self::OpenId, Self::Profile, Self::Email, Self::Groups, Self::OfflineAccess];

    /// The word on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Groups => "groups",
            Self::OfflineAccess => "offline_access",
        }
    }
}

/// A set of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientScopes(BTreeSet<ClientScope>);

impl ClientScopes {
    /// Those among `words`. Words that mean nothing here are left out, as OpenID Connect Core §3.1.2.1 wants it.
    pub(crate) fn parse(words: &str) -> Self {
        let known = |word: &str| ClientScope::ALL.into_iter().find(|scope| scope.as_str() == word);
        Self(words.split(' ').filter_map(known).collect())
    }

    pub(crate) fn contains(&self, scope: ClientScope) -> bool {
        self.0.contains(&scope)
    }

    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Those of either.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).copied().collect())
    }

    /// The words, each by itself.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|scope| scope.as_str()).collect()
    }
}

impl fmt::Display for ClientScopes {
    /// Separated by spaces (RFC 6749 §3.3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}
