//! Passwords: Argon2id with a pepper, hashed on the blocking pool, a bounded number at once.

use std::sync::Arc;

use actix_web::{http::StatusCode, web};
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret, SecretString};
use tallykeep_service::Problem;
use tokio::sync::Semaphore;

const SHORTEST_CHARS: usize = 10;
const LONGEST_BYTES: usize = 256;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// The hash of a password that nobody has: what an unknown account is verified against, so that it costs the same.
    nobody: Arc<str>,
}

impl Passwords {
    /// OWASP's first choice of parameters: 19 MiB, two passes, one lane.
    pub(crate) fn new(pepper: [u8; 32], parallelism: u8) -> anyhow::Result<Self> {
        let params = Params::new(19_456, 2, 1, None)?;
        // Argon2 borrows its secret. The pepper lives as long as the process and is made once.
        let pepper: &'static [u8] = Box::leak(Box::new(pepper));
        let argon2 = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)?;
        let nobody = argon2.hash_password(b"nobody has this password")?.to_string().into();
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(parallelism.into())), nobody })
    }

    /// The hash to keep, in PHC string format.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Problem> {
        check_length(password.expose_secret())?;
        self.run(move |argon2| {
            argon2.hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| Problem::internal(error.to_string()))
    }

    /// Whether `password` is the one that `hash` was made of. Without a hash the answer is no, and takes as long.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
        if password.expose_secret().len() > LONGEST_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let matches = self
            .run(move |argon2| {
                let hash = PasswordHash::new(&hash)?;
                Ok::<_, argon2::password_hash::Error>(
                    argon2.verify_password(password.expose_secret().as_bytes(), &hash).is_ok(),
                )
            })
            .await?
            .map_err(|error| Problem::internal(error.to_string()))?;
        Ok(matches && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Problem::internal)?;
        let argon2 = self.argon2.clone();
        web::block(move || {
            let _permit = permit;
            work(&argon2)
        })
        .await
        .map_err(Problem::internal)
    }
}

fn check_length(password: &str) -> Result<(), Problem> {
    let refuse = |code, detail: String| Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail));
    if password.chars().count() < SHORTEST_CHARS {
        return refuse(
            "password_too_short",
            format!("the password needs at least {SHORTEST_CHARS} characters"),
        );
    }
    if password.len() > LONGEST_BYTES {
        return refuse("password_too_long", format!("the password may have at most {LONGEST_BYTES} bytes"));
    }
    Ok(())
}
