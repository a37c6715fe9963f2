//! How passwords are kept: as Argon2id with a pepper, hashed on the blocking pool.
//!
//! A hash is a text in PHC string format, which says with which parameters it was made, and by `keyid` under which
//! master secret.

use std::sync::Arc;

use actix_web::web;
use anyhow::Context;
use argon2::{
    Algorithm, Argon2, KeyId, Params, ParamsBuilder, PasswordHash, PasswordHasher as _,
    PasswordVerifier as _, Version,
};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_service::{Problem, hex};

use super::{NewPassword, queue::Queue, rules::LONGEST_BYTES};
use crate::keys::{KeyRing, MasterKey};

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    hasher: Arc<Hasher>,
    queue: Queue,
}

/// Argon2 with the pepper of one master secret.
struct Peppered(Argon2<'static>);

struct Hasher {
    active: Peppered,
    previous: Vec<Peppered>,
    /// The hash of a password that nobody has: what an unknown account is verified against, so that it costs the same.
    nobody: String,
}

impl Passwords {
    pub(crate) fn new(ring: &KeyRing, parallelism: u8) -> anyhow::Result<Self> {
        Ok(Self { hasher: Arc::new(Hasher::new(ring)?), queue: Queue::new(parallelism) })
    }

    /// The hash to keep.
    ///
    /// # Errors
    /// 503 when too many wait for theirs.
    pub(crate) async fn hash(&self, password: NewPassword) -> Result<String, Problem> {
        self.run(move |hasher| hasher.active.hash(&password.0)).await
    }

    /// Whether `password` is the one that `hash` was made of. Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// 503 when too many wait for theirs.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
        if password.expose_secret().len() > LONGEST_BYTES {
            return Ok(false);
        }
        self.run(move |hasher| {
            let matches = hasher.matches(&password, hash.as_deref().unwrap_or(&hasher.nobody))?;
            Ok(matches && hash.is_some())
        })
        .await
    }

    /// The hash to keep in the place of `hash`, of which `password` has just been verified, where that was made under
    /// another master secret or with other parameters than are usual now. It is no matter when that cannot be done now.
    pub(crate) async fn renew(&self, password: SecretString, hash: &str) -> Option<String> {
        if !self.hasher.is_outdated(hash) {
            return None;
        }
        let renewed = self.run(move |hasher| hasher.active.hash(&password)).await;
        renewed.inspect_err(|problem| tracing::warn!(%problem, "password_not_rehashed")).ok()
    }

    /// What is in every hash that was made under the active master secret, and in no other.
    pub(crate) fn mark(&self) -> anyhow::Result<String> {
        let id = self.hasher.nobody.split(['$', ',']).find(|part| part.starts_with("keyid="));
        id.map(|id| format!(",{id}$")).context("a hash says nothing of its master secret")
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.queue.wait().await?;
        let hasher = Arc::clone(&self.hasher);
        web::block(move || {
            let _turn = turn;
            work(&hasher)
        })
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)
    }
}

impl Peppered {
    /// OWASP's first choice of parameters: 19 MiB, two passes, one lane.
    fn new(key: &MasterKey) -> anyhow::Result<Self> {
        let params = ParamsBuilder::new()
            .m_cost(19_456)
            .t_cost(2)
            .p_cost(1)
            .keyid(KeyId::new(&key.id_bytes())?)
            .build()?;
        // Argon2 borrows its secret. The peppers live as long as the process and are made once.
        let pepper: &'static [u8] = Box::leak(Box::new(key.pepper()));
        Ok(Self(Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)?))
    }

    fn hash(&self, password: &SecretString) -> anyhow::Result<String> {
        Ok(self.0.hash_password(password.expose_secret().as_bytes())?.to_string())
    }

    fn matches(&self, password: &SecretString, hash: &PasswordHash) -> bool {
        self.0.verify_password(password.expose_secret().as_bytes(), hash).is_ok()
    }
}

impl Hasher {
    fn new(ring: &KeyRing) -> anyhow::Result<Self> {
        let active = Peppered::new(ring.active())?;
        let previous = ring.previous().iter().map(Peppered::new).collect::<anyhow::Result<_>>()?;
        let nobody = active.hash(&"nobody has this password".into())?;
        Ok(Self { active, previous, nobody })
    }

    fn all(&self) -> impl Iterator<Item = &Peppered> {
        std::iter::once(&self.active).chain(&self.previous)
    }

    fn matches(&self, password: &SecretString, hash: &str) -> anyhow::Result<bool> {
        let hash = PasswordHash::new(hash)?;
        let params = Params::try_from(&hash)?;
        let key_id = params.keyid();
        if key_id.is_empty() {
            // From before hashes said so. Until each such account has signed in once, a wrong password costs it a hash
            // more for each previous secret.
            return Ok(self.all().any(|peppered| peppered.matches(password, &hash)));
        }
        match self.all().find(|peppered| peppered.0.params().keyid() == key_id) {
            Some(peppered) => Ok(peppered.matches(password, &hash)),
            None => {
                let detail = "an account's password was hashed under a master secret which is neither auth.secret \
                              nor among auth.previous_secrets, so it cannot sign in";
                tracing::error!("key.id" = hex(key_id), detail, "password_secret_unknown");
                // Whoever asks is not to learn from the time that there is such an account.
                self.active.matches(password, &PasswordHash::new(&self.nobody)?);
                Ok(false)
            }
        }
    }

    /// Whether `hash` differs from a new one in more than salt and result.
    fn is_outdated(&self, hash: &str) -> bool {
        head(hash) != head(&self.nobody)
    }
}

/// Algorithm, version and parameters.
fn head(hash: &str) -> Option<&str> {
    hash.rsplitn(3, '$').nth(2)
}
