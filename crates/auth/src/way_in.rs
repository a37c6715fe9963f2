//! How somebody can get into an account at all.

use diesel::PgConnection;
use tallykeep_database::models::{Account, Identity, Passkey};
use tallykeep_service::Problem;

use crate::federation::Providers;

/// Refuses a change after which nothing signs in to `account` any more. To be called in the transaction that has locked the
/// account and made the change, which is undone then.
///
/// # Errors
/// 409 when nothing does.
pub(crate) fn refuse_without(
    connection: &mut PgConnection,
    providers: &Providers,
    account: &Account,
) -> Result<(), Problem> {
    if account.has_password || Passkey::count(connection, account.id)? > 0 {
        return Ok(());
    }
    // Those of a provider that is not in the settings any more sign nobody in.
    let is_way_in = |identity: &Identity| providers.name_of(&identity.issuer).is_some();
    if Identity::list(connection, account.id)?.iter().any(is_way_in) {
        return Ok(());
    }
    let detail = "nothing else signs in to this account; set a password first";
    Err(Problem::conflict("last_way_in", detail))
}
