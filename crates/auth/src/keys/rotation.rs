//! Making signing keys: by schedule, and in an emergency.

use anyhow::Context;
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tallykeep_database::{
    as_operator,
    models::{Account, NewSigningKey, SigningKey as Row},
};
use tallykeep_service::Problem;

use super::{
    KeyRing,
    key_sets::KeySets,
    reseal::{self, Resealed},
    sealed::Place,
    signing::{SigningAlgorithm, SigningKey},
};
use crate::{
    State, admin,
    audit::{Action, Record},
};

/// What [`State::rotate_keys`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The id of the key that signs now.
    pub key_id: String,
    /// How many keys were dropped.
    pub dropped: usize,
    /// What became of the secrets in the database.
    pub resealed: Resealed,
    /// How many accounts have a password that was hashed under an earlier master secret.
    pub passwords_under_previous_secrets: i64,
}

impl State {
    /// Makes a new signing key at once and drops all others, as when one has leaked, and seals anew whatever is sealed
    /// under an earlier master secret. It also helps when a master secret is lost: keys that cannot be read any more are
    /// replaced. Blocks.
    ///
    /// Access tokens that were signed before are void: in every replica within seconds, and in other services as soon as
    /// they ask for the keys again, which is within five minutes.
    ///
    /// # Errors
    /// When the database is away. Then nothing has changed.
    pub fn rotate_keys(&self) -> anyhow::Result<Rotation> {
        let (ring, mark) = (&self.key_ring, self.passwords.mark()?);
        let rotation = as_operator(&mut *self.pool.get()?, |connection| {
            Row::lock(connection)?;
            let (dropped, key_id) = replace_all(connection, ring)?;
            let resealed = reseal::all(connection, ring)?;
            Record::of_installation(Action::RotateKeys).write(connection, &admin::visitor())?;
            let passwords_under_previous_secrets = Account::count_hashed_without(connection, &mark)?;
            Ok::<_, anyhow::Error>(Rotation { key_id, dropped, resealed, passwords_under_previous_secrets })
        })?;
        self.signing_keys.forget();
        Ok(rotation)
    }

    /// Seals anew whatever is sealed under an earlier master secret. Nobody notices, and no token becomes void. Blocks.
    ///
    /// # Errors
    /// When the database is away. Then nothing has changed.
    pub fn reseal(&self) -> anyhow::Result<Resealed> {
        as_operator(&mut *self.pool.get()?, |connection| reseal::all(connection, &self.key_ring))
    }

    /// How many accounts have a password that was hashed under an earlier master secret. It becomes fewer as people sign
    /// in; whoever is among them cannot sign in any more once that secret is taken out of the settings. Blocks.
    ///
    /// # Errors
    /// When the database is away.
    pub fn count_passwords_under_previous_secrets(&self) -> anyhow::Result<i64> {
        let mark = self.passwords.mark()?;
        let count = |connection: &mut PgConnection| Account::count_hashed_without(connection, &mark);
        Ok(as_operator(&mut *self.pool.get()?, count)?)
    }
}

/// Drops all keys and makes one of each algorithm that there was a key of. Answers how many were dropped, and the id of
/// the key that signs access tokens now.
fn replace_all(connection: &mut PgConnection, ring: &KeyRing) -> anyhow::Result<(usize, String)> {
    let now = Timestamp::now();
    let needs_rs256 =
        Row::all(connection)?.iter().any(|row| row.algorithm == SigningAlgorithm::Rs256.as_str());
    let dropped = Row::delete_all(connection)?;
    if needs_rs256 {
        insert(connection, ring, SigningAlgorithm::Rs256, now)?;
    }
    Ok((dropped, insert(connection, ring, SigningAlgorithm::EdDsa, now)?))
}

/// The keys that there are, once the next ones are made and those that have ended are deleted, where it is time to. The
/// first key of an algorithm is made when it is `wanted`: a key that nobody needs could only leak.
///
/// # Errors
/// 503 when one of them cannot be opened: then none is made either, since it is for the operator to say whether a master
/// secret was forgotten or is lost.
pub(super) fn maintain(
    connection: &mut PgConnection,
    ring: &KeyRing,
    wanted: SigningAlgorithm,
    period: SignedDuration,
) -> Result<KeySets, Problem> {
    as_operator(connection, |connection| {
        let now = Timestamp::now();
        let keys = read(connection, ring)?;
        if keys.ended(now).is_empty() && keys.next(wanted, now, period).is_empty() {
            return Ok(keys);
        }
        // Another replica may just have done what is to be done.
        Row::lock(connection)?;
        let keys = read(connection, ring)?;
        Row::delete(connection, &keys.ended(now))?;
        for (algorithm, from) in keys.next(wanted, now, period) {
            let id = insert(connection, ring, algorithm, from).map_err(Problem::internal)?;
            let algorithm = algorithm.as_str();
            tracing::info!("key.id" = id, algorithm, signs_from = %from, "signing_key_made");
        }
        read(connection, ring)
    })
}

fn insert(
    connection: &mut PgConnection,
    ring: &KeyRing,
    algorithm: SigningAlgorithm,
    signs_from: Timestamp,
) -> anyhow::Result<String> {
    let private = SigningKey::generate(algorithm)?;
    let key = SigningKey::read(&private, algorithm, signs_from)?;
    let private_key = ring.seal(place(&key.id), private.expose_secret())?;
    let algorithm = algorithm.as_str();
    NewSigningKey { id: &key.id, private_key: &private_key, signs_from, algorithm }.insert(connection)?;
    Ok(key.id)
}

fn read(connection: &mut PgConnection, ring: &KeyRing) -> Result<KeySets, Problem> {
    let keys: anyhow::Result<Vec<_>> = Row::all(connection)?.iter().map(|row| open(row, ring)).collect();
    let keys = keys.map_err(|error| {
        let detail = "the signing keys cannot be read; the log says why";
        Problem::unavailable("signing_keys_unreadable", detail).caused_by(error)
    })?;
    Ok(KeySets::new(keys))
}

fn open(row: &Row, ring: &KeyRing) -> anyhow::Result<SigningKey> {
    let cause = || format!("the signing key {} cannot be opened", row.id);
    let algorithm = SigningAlgorithm::parse(&row.algorithm)
        .with_context(|| format!("the algorithm {} is unknown", row.algorithm))
        .with_context(cause)?;
    let private = ring.open(place(&row.id), &row.private_key).with_context(cause)?;
    let key = SigningKey::read(&private, algorithm, row.signs_from).with_context(cause)?;
    anyhow::ensure!(key.id == row.id, "the signing key {} is called after another one", row.id);
    Ok(key)
}

fn place(id: &str) -> Place<'_> {
    reseal::SIGNING_KEYS.place(id)
}
