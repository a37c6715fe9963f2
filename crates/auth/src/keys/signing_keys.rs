//! The signing keys as this replica knows them.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use serde::Serialize;
use tallykeep_database::Pool;
use tallykeep_service::{AccessTokenClaims, Problem, TOKEN_TYPE, run_db};

use super::{KeyRing, SigningAlgorithm, key_sets::KeySets, rotation};

/// For how long they are good before they are read again, so that a replica notices what another has done.
const FRESH: Duration = Duration::from_secs(5);

/// The `typ` of an ID token.
pub(crate) const ID_TOKEN_TYPE: &str = "JWT";

/// What tokens are signed and verified with. The first are made when they are first needed.
pub(crate) struct SigningKeys {
    pool: Pool,
    ring: Arc<KeyRing>,
    /// For how long a key signs.
    period: SignedDuration,
    known: Mutex<Option<(Arc<KeySets>, Instant)>>,
}

impl SigningKeys {
    pub(crate) fn new(pool: Pool, ring: Arc<KeyRing>, days: u16) -> Self {
        let period = SignedDuration::from_hours(24 * i64::from(days));
        Self { pool, ring, period, known: Mutex::new(None) }
    }

    /// An access token that says `claims`.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn sign_access_token(&self, claims: &AccessTokenClaims) -> Result<String, Problem> {
        self.sign(SigningAlgorithm::EdDsa, TOKEN_TYPE, claims).await
    }

    /// An ID token that says `claims`. It has another type than an access token, so that nobody takes it for one.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn sign_id_token(
        &self,
        algorithm: SigningAlgorithm,
        claims: &impl Serialize,
    ) -> Result<String, Problem> {
        self.sign(algorithm, ID_TOKEN_TYPE, claims).await
    }

    /// Makes the first key of `algorithm`, unless there is one: it is published before it is needed.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn prepare(&self, algorithm: SigningAlgorithm) -> Result<(), Problem> {
        self.with_signer(algorithm).await.map(|_| ())
    }

    /// A JWT of the type `kind` that says `claims`. No two kinds of JWT have the same type (RFC 8725 §3.11).
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        kind: &str,
        claims: &impl Serialize,
    ) -> Result<String, Problem> {
        let keys = self.with_signer(algorithm).await?;
        let signer = keys.signer(algorithm, Timestamp::now());
        let signer = signer.ok_or_else(|| Problem::internal("no key signs"))?;
        signer.sign(kind, claims).map_err(Problem::internal)
    }

    /// The keys, with one of `algorithm` among them.
    async fn with_signer(&self, algorithm: SigningAlgorithm) -> Result<Arc<KeySets>, Problem> {
        let keys = self.current().await?;
        if keys.signer(algorithm, Timestamp::now()).is_some() {
            return Ok(keys);
        }
        self.read(algorithm).await
    }

    /// The public keys.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn published(&self) -> Result<JwkSet, Problem> {
        Ok(self.current().await?.published(Timestamp::now()))
    }

    /// Reads them again, and makes the next one and forgets what has ended where it is time to. Blocks.
    pub(crate) fn refresh(&self) -> Result<(), Problem> {
        let asked = Instant::now();
        let mut connection = self.pool.get().map_err(Problem::database_away)?;
        let keys = rotation::maintain(&mut connection, &self.ring, SigningAlgorithm::EdDsa, self.period)?;
        self.remember(Some((Arc::new(keys), asked)));
        Ok(())
    }

    /// Has them read again before they are next used.
    pub(super) fn forget(&self) {
        self.remember(None);
    }

    async fn current(&self) -> Result<Arc<KeySets>, Problem> {
        let known = match self.look() {
            (Some(keys), true) => return Ok(keys),
            (known, _) => known,
        };
        match (self.read(SigningAlgorithm::EdDsa).await, known) {
            (Ok(keys), _) => Ok(keys),
            // They change once in weeks, and the next one is known long before its turn.
            (Err(problem), Some(keys)) => {
                tracing::warn!(%problem, "signing_keys_stale");
                Ok(keys)
            }
            (Err(problem), None) => Err(problem),
        }
    }

    async fn read(&self, wanted: SigningAlgorithm) -> Result<Arc<KeySets>, Problem> {
        let (asked, ring, period) = (Instant::now(), Arc::clone(&self.ring), self.period);
        let maintain =
            move |connection: &mut PgConnection| rotation::maintain(connection, &ring, wanted, period);
        let keys = Arc::new(run_db(&self.pool, maintain).await?);
        self.remember(Some((Arc::clone(&keys), asked)));
        Ok(keys)
    }

    /// What is known, and whether it is fresh. Whoever is told that it is not reads anew; the others go on with what
    /// there is, so that while the database is away one request waits for it and not all of them.
    fn look(&self) -> (Option<Arc<KeySets>>, bool) {
        let Ok(mut known) = self.known.lock() else { return (None, false) };
        let Some((keys, at)) = known.as_mut() else { return (None, false) };
        let fresh = at.elapsed() < FRESH;
        if !fresh {
            *at = Instant::now();
        }
        (Some(Arc::clone(keys)), fresh)
    }

    fn remember(&self, keys: Option<(Arc<KeySets>, Instant)>) {
        if let Ok(mut known) = self.known.lock() {
            *known = keys;
        }
    }
}
