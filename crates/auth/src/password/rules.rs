//! Which passwords may be chosen. No rule asks for digits or the like: they make passwords hard to remember and easy to
//! guess.

use actix_web::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use tallykeep_domain::EmailAddress;
use tallykeep_service::Problem;

use super::{common::is_common, context::is_predictable};

const SHORTEST_CHARS: usize = 10;
pub(super) const LONGEST_BYTES: usize = 256;

/// A password that may be chosen.
pub(crate) struct NewPassword(pub(super) SecretString);

impl NewPassword {
    /// `password` for the account at `address`.
    ///
    /// # Errors
    /// 422 when it is too short, too long, among the most common ones, or made of the account's own words.
    pub(crate) fn parse(password: SecretString, address: &EmailAddress) -> Result<Self, Problem> {
        let text = password.expose_secret();
        let refuse = |code, detail| Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail));
        if text.chars().count() < SHORTEST_CHARS {
            let detail = format!("the password needs at least {SHORTEST_CHARS} characters");
            return refuse("password_too_short", detail);
        }
        if text.len() > LONGEST_BYTES {
            let detail = format!("the password may have at most {LONGEST_BYTES} bytes");
            return refuse("password_too_long", detail);
        }
        let lower = text.to_lowercase();
        if is_common(&lower) {
            let detail = "this password is one of the most common ones, which are tried first";
            return refuse("password_common", detail.to_owned());
        }
        if is_predictable(&lower, address) {
            let detail = "the password is made of the e-mail address or the name of this product";
            return refuse("password_predictable", detail.to_owned());
        }
        Ok(Self(password))
    }
}
