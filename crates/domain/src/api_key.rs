//! The text of an API key.

use std::{fmt, str::FromStr};

use crate::Rejection;

const PREFIX: &str = "tk_";
const RANDOM_CHARS: usize = 30;
const CHECKSUM_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The secret of an API key: `tk_`, 30 random base62 characters (178 bits), and a CRC-32 of them in 6 more.
///
/// The prefix lets secret scanners find a key that leaked; the checksum lets a service refuse a mistyped key without
/// asking anybody. [`Debug`] shows only the part that its owner knows it by.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(String);

/// A text that cannot be an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the API key is mistyped or cut off: its checksum does not match")]
pub struct ApiKeySecretError;

impl Rejection for ApiKeySecretError {
    fn code(&self) -> &'static str {
        "api_key_malformed"
    }
}

impl ApiKeySecret {
    /// The key that `random` makes. Bytes of 248 and more are skipped, so that every character is equally likely;
    /// the iterator is drawn from until there are enough.
    pub fn from_random(random: impl IntoIterator<Item = u8>) -> Self {
        let body: String = random
            .into_iter()
            .filter(|byte| *byte < 248)
            .take(RANDOM_CHARS)
            .map(|byte| char::from(ALPHABET[usize::from(byte % 62)]))
            .collect();
        let checksum = checksum(&body);
        Self(format!("{PREFIX}{body}{checksum}"))
    }

    /// Whether `token` is meant as an API key, right or wrong.
    #[must_use]
    pub fn is_meant(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// The whole key. Shown once, when it is made.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its first characters, by which its owner knows it again.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..PREFIX.len() + 5]
    }
}

impl FromStr for ApiKeySecret {
    type Err = ApiKeySecretError;

    fn from_str(text: &str) -> Result<Self, ApiKeySecretError> {
        let rest = text.strip_prefix(PREFIX).ok_or(ApiKeySecretError)?;
        if rest.len() != RANDOM_CHARS + CHECKSUM_CHARS || !rest.is_ascii() {
            return Err(ApiKeySecretError);
        }
        let (body, given) = rest.split_at(RANDOM_CHARS);
        if checksum(body) == given { Ok(Self(text.to_owned())) } else { Err(ApiKeySecretError) }
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeySecret({}…)", self.prefix())
    }
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [ALPHABET[0]; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}
