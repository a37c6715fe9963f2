//! What has to be given beside the first proof of who somebody is.
//!
//! An app that makes codes and what else an account enrols are its second factors. Recovery codes stand in for those
//! when they are lost; they come with the first one and go with the last.

mod enrolment;
mod giving;
mod recovery_codes;
mod removal;
mod totp;

use std::collections::BTreeSet;

use diesel::{PgConnection, QueryResult};
use serde::Serialize;
use tallykeep_database::models::{
    Account, Authorization, Group, Passkey, SecondFactors, Session, TotpSecret,
};
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::{Problem, run_db_as};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    State, provider,
    session::{Method, SignedIn},
};

pub(crate) use enrolment::{Enrolled, add, begin_totp, confirm_totp, refuse_to_add};
pub(crate) use giving::{Code, Proceed, give};
use recovery_codes::create_recovery_codes_if_first;
pub(crate) use recovery_codes::renew_recovery_codes;
pub(crate) use removal::{remove, remove_all};
pub(crate) use totp::{NewTotp, SECRETS as TOTP_SECRETS};

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

/// What `account` can give. Recovery codes are nothing without something that they stand in for.
pub(crate) fn enrolled(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Factor>> {
    let has = SecondFactors::of(connection, account)?;
    let is_any = has.passkey || has.totp;
    let factors = [
        (has.passkey, Factor::Passkey),
        (has.totp, Factor::Totp),
        (has.recovery_code && is_any, Factor::RecoveryCode),
    ];
    Ok(factors.into_iter().filter_map(|(has, factor)| has.then_some(factor)).collect())
}

/// The same, asked by itself.
///
/// # Errors
/// 503 when the database is away.
pub(crate) async fn find_enrolled(state: &State, account: AccountId) -> Result<Vec<Factor>, Problem> {
    run_db_as(&state.pool, account, move |connection| Ok(enrolled(connection, account)?)).await
}

/// Which of `accounts` have enrolled something. For the operator.
pub(crate) fn enrolled_among(
    connection: &mut PgConnection,
    accounts: &[Uuid],
) -> QueryResult<BTreeSet<Uuid>> {
    let apps = TotpSecret::owners(connection, accounts)?;
    Ok(Passkey::owners(connection, accounts)?.into_iter().chain(apps).collect())
}

/// Of whom two factors are asked, whatever they want themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Requirement {
    /// Of administrators; otherwise of the members of the groups that say so.
    pub(crate) of_administrators: bool,
}

impl Requirement {
    /// Whether `account` signs in with two factors or not at all.
    pub(crate) fn applies(self, connection: &mut PgConnection, account: &Account) -> QueryResult<bool> {
        let as_administrator = self.of_administrators && account.role == Role::Administrator.as_str();
        Ok(as_administrator || Group::any_requires_second_factor(connection, account.id)?)
    }
}

/// Ends what is open of somebody of whom a second factor is asked from now on, and who did not give one, or has none any
/// more. The transaction has locked the account, so that a sign-in which did not know of it is there to be ended.
pub(crate) fn end_what_falls_short(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
    if enrolled(connection, account)?.is_empty() {
        provider::end_all(connection, account)?;
        return Session::delete_all(connection, account);
    }
    let second_factors = Method::SECOND_FACTORS.map(Method::name);
    Authorization::delete_without(connection, account, &second_factors)?;
    Session::delete_without(connection, account, &second_factors)
}

/// Refuses a session without a second factor whose account has one, so that who has no more than the password cannot
/// change what is asked beside it.
pub(crate) fn refuse_without(connection: &mut PgConnection, caller: &SignedIn) -> Result<(), Problem> {
    if caller.methods.are_two_factors() || enrolled(connection, caller.account.id)?.is_empty() {
        return Ok(());
    }
    Err(needed())
}

/// 403: the session is good, but not for this.
pub(crate) fn needed() -> Problem {
    let detail = "this needs a second factor: send a code to /auth/second-factor/totp";
    Problem::forbidden("second_factor_needed", detail)
}
