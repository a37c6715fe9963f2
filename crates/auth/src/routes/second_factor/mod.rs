//! Second factors: giving one, and having some.

pub(crate) mod begin_totp;
pub(crate) mod confirm_totp;
pub(crate) mod create_recovery_codes;
pub(crate) mod find;
pub(crate) mod give_recovery_code;
pub(crate) mod give_totp;
pub(crate) mod remove_totp;

use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

/// A code that is good once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeRequest {
    /// As a person types it: spaces do not matter, nor do the hyphens and the case of a recovery code.
    #[schema(value_type = String, example = "123456")]
    code: SecretString,
}
