//! Codes that are written down and stand in, each once, for a second factor that is lost.
//!
//! A code is 120 random bits. So many cannot be guessed from their SHA-256, which needs neither salt nor a slow hash; from
//! 112 bits on ASVS 5.0 (6.5.2) asks for none either. They are written in the alphabet of Crockford, which has no letters
//! that look like digits, in four groups.

use base32::Alphabet;
use diesel::PgConnection;
use tallykeep_database::models::RecoveryCode;
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor, token_hash};

use super::{enrolled, refuse_without};
use crate::{
    audit::{Action, Record},
    session::SignedIn,
    token::random_bytes,
};

/// How many an account is given.
const COUNT: usize = 10;
const BYTES: usize = 15;
/// How many letters stand together.
const GROUP: usize = 6;

/// Makes the caller's codes anew, who was there of late.
///
/// # Errors
/// 409 where there is no second factor that they could stand in for, 403 for a session without one.
pub(crate) fn renew_recovery_codes(
    connection: &mut PgConnection,
    caller: &SignedIn,
    visitor: &Visitor,
) -> Result<Vec<String>, Problem> {
    let account = caller.hold(connection)?.id;
    if enrolled(connection, account)?.is_empty() {
        let detail = "recovery codes stand in for a second factor, and this account has none";
        return Err(Problem::conflict("second_factor_missing", detail));
    }
    refuse_without(connection, caller)?;
    let codes = create(connection, account)?;
    Record::success(Action::CreateRecoveryCodes, account).write(connection, visitor)?;
    Ok(codes)
}

/// Makes the codes of an account, in the place of those that it had. The account is locked, and has a second factor. It is
/// the one time that they are seen.
fn create(connection: &mut PgConnection, account: AccountId) -> Result<Vec<String>, Problem> {
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        codes.push(base32::encode(Alphabet::Crockford, &random_bytes::<BYTES>()?));
    }
    let hashes: Vec<_> = codes.iter().map(|code| token_hash(code)).collect();
    RecoveryCode::replace_all(connection, account, &hashes)?;
    Ok(codes.iter().map(|code| in_groups(code)).collect())
}

/// The same for an account that has none: to be called when a second factor comes to count, which may be its first.
pub(crate) fn create_recovery_codes_if_first(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<Option<Vec<String>>, Problem> {
    match RecoveryCode::count(connection, account)? {
        0 => create(connection, account).map(Some),
        _ => Ok(None),
    }
}

/// What is kept of the code in `text`, however a person typed it; `None` for what is no code.
pub(super) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let letters: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    // The alphabet reads O as 0, and I and L as 1.
    let bytes = base32::decode(Alphabet::Crockford, &letters.to_ascii_uppercase())?;
    (bytes.len() == BYTES).then(|| token_hash(&base32::encode(Alphabet::Crockford, &bytes)))
}

fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = base32::encode(Alphabet::Crockford, &[0x08; BYTES]);
        let hash = token_hash(&code);
        let written = in_groups(&code);
        assert_eq!(written.len(), 27, "{written}");
        let careless = written.to_lowercase().replace('-', " ").replace('1', "l").replace('0', "o");
        assert_ne!(careless.replace(' ', "-").to_uppercase(), written);
        for typed in [written.clone(), careless, format!(" {code} ")] {
            assert_eq!(hash_of(&typed), Some(hash), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_has_no_hash() {
        let code = base32::encode(Alphabet::Crockford, &[7; BYTES]);
        for text in ["", "-", "123456", "uuuuuu-uuuuuu-uuuuuu-uuuuuu", &code[1..], &format!("{code}0000")] {
            assert_eq!(hash_of(text), None, "{text}");
        }
    }
}
