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
    reseal::{self, Resealed},
    schedule::KeySet,
    sealed::Place,
    signing::SigningKey,
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
            let dropped = Row::delete_all(connection)?;
            let key_id = insert(connection, ring, Timestamp::now())?;
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

/// The keys that there are, once the next one is made and those that have ended are deleted, where it is time to.
///
/// # Errors
/// 503 when one of them cannot be opened: then none is made either, since it is for the operator to say whether a master
/// secret was forgotten or is lost.
pub(super) fn maintain(
    connection: &mut PgConnection,
    ring: &KeyRing,
    period: SignedDuration,
) -> Result<KeySet, Problem> {
    as_operator(connection, |connection| {
        let now = Timestamp::now();
        let known = read(connection, ring)?;
        if let Some(keys) =
            known.filter(|keys| keys.ended(now).is_empty() && keys.next(now, period).is_none())
        {
            return Ok(keys);
        }
        // Another replica may just have done what is to be done.
        Row::lock(connection)?;
        let known = read(connection, ring)?;
        if let Some(keys) = &known {
            Row::delete(connection, &keys.ended(now))?;
        }
        if let Some(from) = known.map_or(Some(now), |keys| keys.next(now, period)) {
            let id = insert(connection, ring, from).map_err(Problem::internal)?;
            tracing::info!("key.id" = id, signs_from = %from, "signing_key_made");
        }
        read(connection, ring)?.ok_or_else(|| Problem::internal("there is no signing key"))
    })
}

fn insert(connection: &mut PgConnection, ring: &KeyRing, signs_from: Timestamp) -> anyhow::Result<String> {
    let private = SigningKey::generate()?;
    let key = SigningKey::read(&private, signs_from)?;
    let private_key = ring.seal(place(&key.id), private.expose_secret())?;
    NewSigningKey { id: &key.id, private_key: &private_key, signs_from }.insert(connection)?;
    Ok(key.id)
}

fn read(connection: &mut PgConnection, ring: &KeyRing) -> Result<Option<KeySet>, Problem> {
    let keys: anyhow::Result<Vec<_>> = Row::all(connection)?.iter().map(|row| open(row, ring)).collect();
    let keys = keys.map_err(|error| {
        let detail = "the signing keys cannot be read; the log says why";
        Problem::unavailable("signing_keys_unreadable", detail).caused_by(error)
    })?;
    Ok(KeySet::new(keys))
}

fn open(row: &Row, ring: &KeyRing) -> anyhow::Result<SigningKey> {
    let cause = || format!("the signing key {} cannot be opened", row.id);
    let key =
        SigningKey::read(&ring.open(place(&row.id), &row.private_key).with_context(cause)?, row.signs_from)
            .with_context(cause)?;
    anyhow::ensure!(key.id == row.id, "the signing key {} is called after another one", row.id);
    Ok(key)
}

fn place(id: &str) -> Place<'_> {
    reseal::SIGNING_KEYS.place(id)
}
