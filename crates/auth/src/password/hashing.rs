//! How passwords are kept: as Argon2id with a pepper, hashed on the blocking pool.
//!
//! A hash is a text in PHC string format, which says with which parameters it was made, and by `keyid` under which
//! master secret.

use std::sync::Arc;

use actix_web::web;
use anyhow::Context;
use argon2::{
    Algorithm, Argon2, KeyId, Params, ParamsBuilder, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_service::{Problem, hex};

use super::{NewPassword, memory::Memory, queue::Queue, rules::LONGEST_BYTES};
use crate::keys::{KeyRing, MasterKey};

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    hasher: Arc<Hasher>,
    queue: Queue,
}

/// Argon2 with the pepper of one master secret.
struct Peppered {
    pepper: &'static [u8],
    params: Params,
}

struct Hasher {
    active: Peppered,
    previous: Vec<Peppered>,
    memory: Memory,
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
        self.run(move |hasher| hasher.active.hash(&password.0, &hasher.memory)).await
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
        let renewed = self.run(move |hasher| hasher.active.hash(&password, &hasher.memory)).await;
        renewed.inspect_err(|problem| tracing::warn!(%problem, "password_not_rehashed")).ok()
    }

    /// Gives back the memory that hashes were made in of late.
    pub(crate) fn release_memory(&self) {
        self.hasher.memory.release();
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
        Ok(Self { pepper: Box::leak(Box::new(key.pepper())), params })
    }

    /// In the words of the crate's own hasher, which does not let one say in what memory.
    fn hash(&self, password: &SecretString, memory: &Memory) -> anyhow::Result<String> {
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        let argon2 = Argon2::new_with_secret(self.pepper, algorithm, version, self.params.clone())?;
        let salt = Salt::generate();
        let hash = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&self.params)?,
            salt: Some(salt),
            hash: Some(output(&argon2, password, &salt, memory)?),
        };
        Ok(hash.to_string())
    }

    fn matches(&self, password: &SecretString, hash: &PasswordHash, memory: &Memory) -> anyhow::Result<bool> {
        let (Some(salt), Some(expected), Some(version)) = (hash.salt, hash.hash, hash.version) else {
            anyhow::bail!("a password hash lacks its salt, its version or its end");
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
        let version = Version::try_from(version)?;
        let argon2 = Argon2::new_with_secret(self.pepper, algorithm, version, Params::try_from(hash)?)?;
        // Two outputs are compared in constant time.
        Ok(output(&argon2, password, &salt, memory)? == expected)
    }
}

fn output(
    argon2: &Argon2<'_>,
    password: &SecretString,
    salt: &Salt,
    memory: &Memory,
) -> anyhow::Result<Output> {
    let params = argon2.params();
    let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
    memory.lend(params.block_count(), |blocks| {
        let password = password.expose_secret().as_bytes();
        argon2.hash_password_into_with_memory(password, salt, &mut output, blocks)
    })?;
    Ok(Output::new(&output)?)
}

impl Hasher {
    fn new(ring: &KeyRing) -> anyhow::Result<Self> {
        let active = Peppered::new(ring.active())?;
        let previous = ring.previous().iter().map(Peppered::new).collect::<anyhow::Result<_>>()?;
        // In memory of its own, so that a service which signs nobody in holds none.
        let nobody = active.hash(&"nobody has this password".into(), &Memory::default())?;
        Ok(Self { active, previous, memory: Memory::default(), nobody })
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
            for peppered in self.all() {
                if peppered.matches(password, &hash, &self.memory)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match self.all().find(|peppered| peppered.params.keyid() == key_id) {
            Some(peppered) => peppered.matches(password, &hash, &self.memory),
            None => {
                let detail = "an account's password was hashed under a master secret which is neither auth.secret \
                              nor among auth.previous_secrets, so it cannot sign in";
                tracing::error!("key.id" = hex(key_id), detail, "password_secret_unknown");
                // Whoever asks is not to learn from the time that there is such an account.
                self.active.matches(password, &PasswordHash::new(&self.nobody)?, &self.memory)?;
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
