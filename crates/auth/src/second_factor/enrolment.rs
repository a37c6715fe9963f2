//! Adding a second factor: an app that makes codes, or what else there is.

use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::models::{Account, NewTotpSecret, PendingSignIn, Session, TotpSecret};
use tallykeep_service::{Problem, Visitor, run_db_as};

use super::{
    Proceed, create_recovery_codes_if_first, end_others, enrolled, giving, lock, needed, refuse_without,
    totp::{NewTotp, match_pending},
};
use crate::{
    State,
    audit::{Action, Record},
    lockout,
    mail::{Kind, Mail},
    provider,
    session::{Claimant, Method, SignedIn},
    sign_in::Opened,
};

/// Who has enrolled an app.
pub(crate) struct Enrolled {
    /// Now signed in with two factors.
    pub(crate) opened: Opened,
    /// The recovery codes, if this is the first second factor.
    pub(crate) recovery_codes: Option<Vec<String>>,
}

/// Keeps `totp` until its first right code, in the place of another one that waits for that. What counts until now goes on
/// counting.
pub(crate) async fn begin_totp(state: &State, claimant: Claimant, totp: &NewTotp) -> Result<(), Problem> {
    let account = claimant.account().id;
    let (id, sealed) = (totp.id, totp.sealed.clone());
    run_db_as(&state.pool, account, move |connection| {
        lock(connection, account)?;
        refuse(connection, &claimant)?;
        let row = NewTotpSecret { account_id: account.as_uuid(), id, secret: &sealed };
        Ok(row.replace_pending(connection)?)
    })
    .await
}

/// Lets the app that waits for it count from now on, and ends every other session: those did not give this factor.
///
/// # Errors
/// 403 when the code is wrong, or the account is locked.
pub(crate) async fn confirm_totp(
    state: &State,
    visitor: Visitor,
    claimant: Claimant,
    code: SecretString,
) -> Result<Enrolled, Problem> {
    let account = claimant.account().id;
    let ring = state.key_ring.clone();
    let verify = run_db_as(&state.pool, account, move |connection| {
        match_pending(connection, &ring, account, code.expose_secret())
    });
    let (enroller, user) = (state.clone(), visitor.clone());
    let use_up = move |connection: &mut PgConnection, right: super::totp::Match| {
        lock(connection, account)?;
        refuse(connection, &claimant)?;
        if !TotpSecret::confirm(connection, account, right.id, right.step)? {
            return Ok(None);
        }
        enrol(connection, &enroller, &user, claimant).map(Some)
    };
    match lockout::attempt_once(state, &visitor, account, verify, use_up).await? {
        Some(enrolled) => {
            state.outbox.call();
            Ok(enrolled)
        }
        None => Err(giving::refuse(state, account, Action::EnrolTotp, visitor).await?),
    }
}

fn enrol(
    connection: &mut PgConnection,
    state: &State,
    visitor: &Visitor,
    claimant: Claimant,
) -> Result<Enrolled, Problem> {
    let account = claimant.account().clone();
    match &claimant {
        Claimant::Pending(_) => Session::delete_all(connection, account.id)?,
        Claimant::SignedIn(caller) => Session::delete_others(connection, account.id, caller.session)?,
    };
    provider::end_all(connection, account.id)?;
    let recovery_codes = create_recovery_codes_if_first(connection, account.id)?;
    Record::success(Action::EnrolTotp, account.id).write(connection, visitor)?;
    let detail = json!({"factor": "an app that makes codes"});
    state.outbox.put(connection, &Mail { detail, ..Mail::to(Kind::SecondFactorAdded, &account) })?;
    let opened = Proceed::new(state, visitor.clone(), claimant, Method::OneTimeCode)?.go(connection)?;
    PendingSignIn::delete_all(connection, account.id)?;
    Ok(Enrolled { opened, recovery_codes })
}

/// Refuses who has not given what is asked beside the password, if something is: they must not choose it anew. A sign-in
/// under way may enrol only where there is nothing yet.
fn refuse(connection: &mut PgConnection, claimant: &Claimant) -> Result<(), Problem> {
    match claimant {
        Claimant::SignedIn(caller) => refuse_without(connection, caller),
        Claimant::Pending(pending) if enrolled(connection, pending.account.id)?.is_empty() => Ok(()),
        Claimant::Pending(_) => Err(needed()),
    }
}

/// Adds a second factor of the caller by `one`, which is given the account. Every other session ends; this one is of two
/// factors from now on, by `method`. Answers the codes to write down, if there were none before.
///
/// # Errors
/// Those of `one`, and 403 where the account has a second factor that the caller has not given.
pub(crate) fn add<T>(
    connection: &mut PgConnection,
    state: &State,
    visitor: Visitor,
    caller: SignedIn,
    method: Method,
    one: impl FnOnce(&mut PgConnection, &Account) -> Result<T, Problem>,
) -> Result<(T, Opened, Option<Vec<String>>), Problem> {
    let account = lock(connection, caller.account.id)?;
    refuse_without(connection, &caller)?;
    let added = one(connection, &account)?;
    end_others(connection, &caller)?;
    let recovery_codes = create_recovery_codes_if_first(connection, account.id)?;
    let opened = Proceed::new(state, visitor, Claimant::SignedIn(caller), method)?.go(connection)?;
    Ok((added, opened, recovery_codes))
}
