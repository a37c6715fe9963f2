//! Which second factors an account has.

use diesel::{
    PgConnection,
    dsl::{exists, select},
    prelude::*,
};
use tallykeep_domain::AccountId;

use crate::schema::auth::{passkeys, recovery_codes, totp_secrets};

/// Which second factors an account has.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct SecondFactors {
    /// A passkey or more.
    pub passkey: bool,
    /// An app that was shown to work.
    pub totp: bool,
    /// Codes that were written down.
    pub recovery_code: bool,
}

impl SecondFactors {
    /// Those of `account`.
    pub fn of(connection: &mut PgConnection, account: AccountId) -> QueryResult<Self> {
        let account = account.as_uuid();
        let apps = totp_secrets::table.filter(totp_secrets::account_id.eq(account));
        select((
            exists(passkeys::table.filter(passkeys::account_id.eq(account))),
            exists(apps.filter(totp_secrets::confirmed_at.is_not_null())),
            exists(recovery_codes::table.filter(recovery_codes::account_id.eq(account))),
        ))
        .get_result(connection)
    }
}
