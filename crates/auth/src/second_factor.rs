//! What has to be given beside the first proof of who somebody is.

use diesel::{PgConnection, QueryResult};
use serde::Serialize;
use tallykeep_database::models::Passkey;
use tallykeep_domain::AccountId;
use utoipa::ToSchema;

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Factor {
    /// A code that changes with time (RFC 6238).
    Totp,
    /// One of the codes that were written down.
    RecoveryCode,
    /// A key of the device or of a security token (`WebAuthn`).
    Passkey,
}

/// What `account` can give.
pub(crate) fn enrolled(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Factor>> {
    let mut factors = Vec::new();
    if Passkey::count(connection, account)? > 0 {
        factors.push(Factor::Passkey);
    }
    Ok(factors)
}
