//! The signing keys as this replica knows them.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use serde::Serialize;
use tallykeep_database::{Pool, models::Account};
use tallykeep_domain::SessionId;
use tallykeep_service::{Problem, run_db};

use super::{KeyRing, rotation, schedule::KeySet};

/// For how long they are good before they are read again, so that a replica notices what another has done.
const FRESH: Duration = Duration::from_secs(5);

/// What access tokens are signed and verified with. The first are made when they are first needed.
pub(crate) struct SigningKeys {
    pool: Pool,
    ring: Arc<KeyRing>,
    /// For how long a key signs.
    period: SignedDuration,
    known: Mutex<Option<(Arc<KeySet>, Instant)>>,
}

impl SigningKeys {
    pub(crate) fn new(pool: Pool, ring: Arc<KeyRing>, days: u16) -> Self {
        let period = SignedDuration::from_hours(24 * i64::from(days));
        Self { pool, ring, period, known: Mutex::new(None) }
    }

    /// A token for the account, drawn from one of its sessions.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn sign(
        &self,
        account: &Account,
        session: SessionId,
        issuer: &str,
    ) -> Result<String, Problem> {
        let keys = self.current().await?;
        let signer = keys.signer(Timestamp::now()).ok_or_else(|| Problem::internal("no key signs"))?;
        signer.sign(account, session, issuer).map_err(Problem::internal)
    }

    /// `claims` as a JWT of the type `kind`.
    ///
    /// # Errors
    /// 503 when the keys cannot be read and never were.
    pub(crate) async fn sign_claims(&self, kind: &str, claims: &impl Serialize) -> Result<String, Problem> {
        let keys = self.current().await?;
        let signer = keys.signer(Timestamp::now()).ok_or_else(|| Problem::internal("no key signs"))?;
        signer.sign_claims(kind, claims).map_err(Problem::internal)
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
        let keys = rotation::maintain(&mut connection, &self.ring, self.period)?;
        self.remember(Some((Arc::new(keys), asked)));
        Ok(())
    }

    /// Has them read again before they are next used.
    pub(super) fn forget(&self) {
        self.remember(None);
    }

    async fn current(&self) -> Result<Arc<KeySet>, Problem> {
        let known = match self.look() {
            (Some(keys), true) => return Ok(keys),
            (known, _) => known,
        };
        let (asked, ring, period) = (Instant::now(), Arc::clone(&self.ring), self.period);
        let read = run_db(&self.pool, move |connection| rotation::maintain(connection, &ring, period)).await;
        match (read.map(Arc::new), known) {
            (Ok(keys), _) => {
                self.remember(Some((Arc::clone(&keys), asked)));
                Ok(keys)
            }
            // They change once in weeks, and the next one is known long before its turn.
            (Err(problem), Some(keys)) => {
                tracing::warn!(%problem, "signing_keys_stale");
                Ok(keys)
            }
            (Err(problem), None) => Err(problem),
        }
    }

    /// What is known, and whether it is fresh. Whoever is told that it is not reads anew; the others go on with what
    /// there is, so that while the database is away one request waits for it and not all of them.
    fn look(&self) -> (Option<Arc<KeySet>>, bool) {
        let Ok(mut known) = self.known.lock() else { return (None, false) };
        let Some((keys, at)) = known.as_mut() else { return (None, false) };
        let fresh = at.elapsed() < FRESH;
        if !fresh {
            *at = Instant::now();
        }
        (Some(Arc::clone(keys)), fresh)
    }

    fn remember(&self, keys: Option<(Arc<KeySet>, Instant)>) {
        if let Ok(mut known) = self.known.lock() {
            *known = keys;
        }
    }
}
