//! Giving up second factors.

use diesel::{PgConnection, QueryResult};
use tallykeep_database::models::{Account, Passkey, RecoveryCode, TotpSecret};
use tallykeep_domain::AccountId;
use tallykeep_service::Problem;

use super::{enrolled, refuse_without};
use crate::{
    State,
    session::{SignedIn, end_others},
};

/// Removes a second factor of the caller, who was there of late, by `one`, which is given the account. With the last one
/// the recovery codes go, and the session is one of two factors no more; every other session ends.
///
/// # Errors
/// Those of `one`, and 403 where it is the last second factor of somebody of whom one is asked.
pub(crate) fn remove<T>(
    connection: &mut PgConnection,
    state: &State,
    caller: &SignedIn,
    one: impl FnOnce(&mut PgConnection, &Account) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let account = caller.hold(connection)?;
    refuse_without(connection, caller)?;
    let removed = one(connection, &account)?;
    if enrolled(connection, account.id)?.is_empty() {
        if state.second_factor.applies(connection, &account)? {
            let detail = "one of your groups, or your role, asks for a second factor, and this is the last; another can take \
                          its place";
            return Err(Problem::forbidden("second_factor_required", detail));
        }
        RecoveryCode::delete_all(connection, account.id)?;
        caller.forget_second_factors(connection, state.session_idle_hours)?;
    }
    end_others(connection, account.id, caller.session)?;
    Ok(removed)
}

/// Removes all of an account, for the operator, who has locked it. Answers whether there was one.
pub(crate) fn remove_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
    RecoveryCode::delete_all(connection, account)?;
    let passkeys = Passkey::delete_all(connection, account)?;
    Ok(TotpSecret::delete_all(connection, account)? || passkeys > 0)
}
