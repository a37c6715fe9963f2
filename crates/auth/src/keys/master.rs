//! What is derived from one master secret.

use anyhow::anyhow;
use aws_lc_rs::{
    aead::{AES_256_GCM, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_service::hex;

const KEY_BYTES: usize = 32;
/// Enough that no two of an installation's few secrets are taken for each other, and short enough for Argon2, whose key
/// ids have eight bytes at the most.
const KEY_ID_BYTES: usize = 6;

/// A master secret, by what is derived from it.
pub(crate) struct MasterKey {
    key_id: [u8; KEY_ID_BYTES],
    pub(super) sealing: RandomizedNonceKey,
    pepper: [u8; KEY_BYTES],
}

impl MasterKey {
    pub(super) fn derive(secret: &SecretString) -> anyhow::Result<Self> {
        let secret = Salt::new(HKDF_SHA256, &[]).extract(secret.expose_secret().as_bytes());
        let sealing: [u8; KEY_BYTES] = expand(&secret, "tallykeep/1 sealing")?;
        Ok(Self {
            key_id: expand(&secret, "tallykeep/1 key id")?,
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &sealing)
                .map_err(|_| anyhow!("AES-256-GCM takes no key of {KEY_BYTES} bytes"))?,
            pepper: expand(&secret, "tallykeep/1 password pepper")?,
        })
    }

    /// By what the secret is told from others. It tells nothing of the secret itself.
    pub(crate) fn id(&self) -> String {
        hex(&self.key_id)
    }

    /// The bytes of [`id`](Self::id).
    pub(crate) const fn id_bytes(&self) -> [u8; KEY_ID_BYTES] {
        self.key_id
    }

    /// The key that passwords are hashed with besides their salt, so that a stolen database alone cannot be guessed at.
    pub(crate) const fn pepper(&self) -> [u8; KEY_BYTES] {
        self.pepper
    }
}

fn expand<const N: usize>(secret: &Prk, purpose: &str) -> anyhow::Result<[u8; N]> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut key = [0; N];
    secret
        .expand(&[purpose.as_bytes()], Length(N))
        .and_then(|material| material.fill(&mut key))
        .map_err(|_| anyhow!("a key cannot be derived from the master secret"))?;
    Ok(key)
}
