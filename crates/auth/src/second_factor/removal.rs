//! Giving up second factors.

use diesel::{PgConnection, QueryResult};
use serde_json::json;
use tallykeep_database::models::{RecoveryCode, TotpSecret};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor};

use super::{Factor, end_others, enrolled, lock, refuse_without};
use crate::{
    State,
    audit::{Action, Record},
    mail::{Kind, Mail},
    session::SignedIn,
};

/// Removes the app of the caller, who was there of late.
///
/// # Errors
/// 404 without one, 403 where it is the last second factor of somebody of whom one is asked.
pub(crate) fn remove_totp(
    connection: &mut PgConnection,
    state: &State,
    caller: &SignedIn,
    visitor: &Visitor,
) -> Result<(), Problem> {
    let account = lock(connection, caller.account.id)?;
    refuse_without(connection, caller)?;
    let is_last = !enrolled(connection, account.id)?.contains(&Factor::Passkey);
    if is_last && state.second_factor.applies(connection, &account)? {
        let detail = "one of your groups, or your role, asks for a second factor, and this is the last; another app can \
                      take its place";
        return Err(Problem::forbidden("second_factor_required", detail));
    }
    if !TotpSecret::delete_all(connection, account.id)? {
        return Err(Problem::not_found("totp_not_enrolled", "this account has no app that makes codes"));
    }
    if is_last {
        RecoveryCode::delete_all(connection, account.id)?;
    }
    end_others(connection, caller)?;
    Record::success(Action::RemoveTotp, account.id).write(connection, visitor)?;
    let detail = json!({"factor": "the app that makes codes"});
    state.outbox.put(connection, &Mail { detail, ..Mail::to(Kind::SecondFactorRemoved, &account) })?;
    Ok(())
}

/// Removes all of an account, for the operator, who has locked it. Answers whether there was one.
pub(crate) fn remove_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
    RecoveryCode::delete_all(connection, account)?;
    TotpSecret::delete_all(connection, account)
}
