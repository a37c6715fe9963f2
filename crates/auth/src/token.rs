//! Random tokens, and API keys made of them.

use aws_lc_rs::rand;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use tallykeep_domain::ApiKeySecret;
use tallykeep_service::Problem;

/// 256 random bits, for a cookie or a link.
pub(crate) fn random_token() -> Result<String, Problem> {
    random_bytes::<32>().map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A new API key.
pub(crate) fn random_api_key() -> Result<ApiKeySecret, Problem> {
    // 30 of them are used; one in 32 is skipped. 128 bytes fall short less than once in 2^300 keys.
    random_bytes::<128>().map(ApiKeySecret::from_random)
}

/// So many random bytes.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Problem::internal("the system has no randomness"))?;
    Ok(bytes)
}
