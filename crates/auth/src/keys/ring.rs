//! The master secrets: the active one, and those before it.

use secrecy::SecretString;

use super::master::MasterKey;

/// The master secrets of this installation. What is new is sealed and hashed under the active one; the previous ones open
/// and verify what was made under them.
pub(crate) struct KeyRing {
    active: MasterKey,
    previous: Vec<MasterKey>,
}

impl KeyRing {
    pub(crate) fn derive<'a>(
        active: &SecretString,
        previous: impl IntoIterator<Item = &'a SecretString>,
    ) -> anyhow::Result<Self> {
        let previous: anyhow::Result<_> = previous.into_iter().map(MasterKey::derive).collect();
        Ok(Self { active: MasterKey::derive(active)?, previous: previous? })
    }

    /// The secret that everything new is made under.
    pub(crate) const fn active(&self) -> &MasterKey {
        &self.active
    }

    /// Those before it.
    pub(crate) fn previous(&self) -> &[MasterKey] {
        &self.previous
    }

    pub(super) fn find(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.active).chain(&self.previous).find(|key| key.id() == id)
    }
}
