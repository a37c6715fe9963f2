//! Codes that change with time (RFC 6238): SHA-1, six digits, thirty seconds, because apps know nothing else.

use diesel::PgConnection;
use fast_qr::{QRBuilder, convert::svg::SvgBuilder};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tallykeep_database::models::TotpSecret;
use tallykeep_domain::AccountId;
use tallykeep_service::Problem;
use totp_rs::{Algorithm, Builder};
use uuid::Uuid;

use crate::{
    State,
    keys::{KeyRing, SealedColumn},
    token::random_bytes,
};

/// Where the secrets lie.
pub(crate) const SECRETS: SealedColumn = SealedColumn {
    table: "auth.totp_secrets",
    column: "secret",
    all: TotpSecret::sealed,
    replace: TotpSecret::reseal,
};

/// An app to set up. All of it is secret.
pub(crate) struct NewTotp {
    /// What it shares with the server, in base 32, as people type it.
    pub(crate) secret: String,
    /// The same with the name of the site and of the account, as apps read it.
    pub(crate) uri: String,
    /// That as a QR code.
    pub(crate) qr_code: String,
    pub(super) id: Uuid,
    /// The secret, as the database keeps it.
    pub(super) sealed: String,
}

impl NewTotp {
    /// An app with a secret of its own: 160 bits, as RFC 4226 §4 recommends.
    pub(crate) fn new(state: &State, email: &str) -> Result<Self, Problem> {
        let secret = random_bytes::<20>()?;
        let id = Uuid::now_v7();
        let place = id.to_string();
        let sealed = state.key_ring.seal(SECRETS.place(&place), &secret).map_err(Problem::internal)?;
        let totp = builder(&secret)
            .with_issuer(Some(state.site.name()))
            .with_account_name(email)
            .build()
            .map_err(Problem::internal)?;
        let uri = totp.to_url().map_err(Problem::internal)?;
        let code = QRBuilder::new(uri.as_bytes()).build().map_err(Problem::internal)?;
        let qr_code = SvgBuilder::default().to_str(&code);
        Ok(Self { secret: totp.secret().to_base32(), uri, qr_code, id, sealed })
    }
}

/// A right code of an app that has yet to show that it works, or of one that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub(super) id: Uuid,
    pub(super) step: i64,
}

/// What in `code` is right now for the app that has yet to show that it works.
pub(super) fn match_pending(
    connection: &mut PgConnection,
    ring: &KeyRing,
    account: AccountId,
    code: &str,
) -> Result<Option<Match>, Problem> {
    let Some(row) = TotpSecret::find_pending(connection, account)? else { return Ok(None) };
    match_of(ring, &row, code)
}

/// What in `code` is right now for the app that counts, unless it was used already, or a later one was.
pub(super) fn match_unused(
    connection: &mut PgConnection,
    ring: &KeyRing,
    account: AccountId,
    code: &str,
) -> Result<Option<Match>, Problem> {
    let Some(row) = TotpSecret::find(connection, account)? else { return Ok(None) };
    let found = match_of(ring, &row, code)?;
    Ok(found.filter(|found| row.last_step.is_none_or(|last| last < found.step)))
}

fn match_of(ring: &KeyRing, row: &TotpSecret, code: &str) -> Result<Option<Match>, Problem> {
    let place = row.id.to_string();
    let secret = match ring.open(SECRETS.place(&place), &row.secret) {
        Ok(secret) => secret,
        Err(error) => {
            tracing::error!(row = place, %error, "secret_unreadable");
            return Ok(None);
        }
    };
    let step = step_of(secret.expose_secret(), code, Timestamp::now()).map_err(Problem::internal)?;
    Ok(step.map(|step| Match { id: row.id, step }))
}

/// The step of time, around `at`, whose code this is.
fn step_of(secret: &[u8], code: &str, at: Timestamp) -> anyhow::Result<Option<i64>> {
    let step = builder(secret).build()?.check(&without_spaces(code), at.as_second().try_into()?);
    Ok(step.map(i64::try_from).transpose()?)
}

/// Apps show a space in the middle, and people copy it.
fn without_spaces(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

/// One step to either side counts, for clocks that are not quite right (RFC 6238 §5.2).
fn builder(secret: &[u8]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(1)
        .with_secret(secret.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn step(code: &str, at: i64) -> Option<i64> {
        step_of(SECRET, code, Timestamp::from_second(at).unwrap()).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ];
        for (at, code) in vectors {
            assert_eq!(step(code, at), Some(at / 30), "{code}");
        }
    }

    #[test]
    fn a_code_of_the_step_before_or_after_is_right_and_no_other() {
        let at = 1_111_111_111;
        for steps in [-1, 0, 1] {
            assert_eq!(step("050471", at + 30 * steps), Some(at / 30), "{steps}");
        }
        for steps in [-20_000_000, -3, -2, 2, 3, 20_000_000] {
            assert_eq!(step("050471", at + 30 * steps), None, "{steps}");
        }
    }

    #[test]
    fn a_code_may_have_spaces_and_is_nothing_but_six_digits() {
        assert_eq!(step(" 050 471 ", 1_111_111_111), Some(1_111_111_111 / 30));
        for text in ["", "50471", "0050471", "+50471", "050471.0", "０５０４７１", "050471\0"] {
            assert_eq!(step(text, 1_111_111_111), None, "{text}");
        }
    }
}
