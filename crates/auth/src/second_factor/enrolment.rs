//! Adding a second factor: an app that makes codes, or what else there is.

use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::models::{Account, NewTotpSecret, PendingSignIn, Session, TotpSecret};
use tallykeep_service::{Problem, Visitor, run_db_as};

use super::{
    Proceed, create_recovery_codes_if_first, enrolled, giving, needed, refuse_without,
    totp::{NewTotp, match_pending},
};
use crate::{
    State,
    audit::{Action, Record},
    lockout,
    mail::{Kind, Mail},
    provider,
    session::{Claimant, Method},
    sign_in::Opened,
};

/// Who has added a second factor.
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
        claimant.hold(connection)?;
        refuse_to_add(connection, &claimant)?;
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
        let held = claimant.hold(connection)?;
        refuse_to_add(connection, &claimant)?;
        if !TotpSecret::confirm(connection, account, right.id, right.step)? {
            return Ok(None);
        }
        Record::success(Action::EnrolTotp, account).write(connection, &user)?;
        let detail = json!({"factor": "an app that makes codes"});
        enroller.outbox.put(connection, &Mail { detail, ..Mail::to(Kind::SecondFactorAdded, &held) })?;
        complete(connection, &enroller, user, claimant, Method::OneTimeCode).map(Some)
    };
    match lockout::attempt_once(state, &visitor, account, verify, use_up).await? {
        Some(enrolled) => {
            state.outbox.call();
            Ok(enrolled)
        }
        None => Err(giving::refuse(state, account, Action::EnrolTotp, visitor).await?),
    }
}

/// Refuses who has not given what is asked beside the password, if something is: they must not choose it anew. A sign-in
/// under way may enrol only where there is nothing yet.
///
/// # Errors
/// 403.
pub(crate) fn refuse_to_add(connection: &mut PgConnection, claimant: &Claimant) -> Result<(), Problem> {
    match claimant {
        Claimant::SignedIn(caller) => refuse_without(connection, caller),
        Claimant::Pending(pending) if enrolled(connection, pending.account.id)?.is_empty() => Ok(()),
        Claimant::Pending(_) => Err(needed()),
    }
}

/// Adds a second factor of the claimant by `one`, which is given the account, as [`complete`] says.
///
/// # Errors
/// Those of `one` and of [`refuse_to_add`], and 401 when the sign-in or the session has ended meanwhile.
pub(crate) fn add<T>(
    connection: &mut PgConnection,
    state: &State,
    visitor: Visitor,
    claimant: Claimant,
    method: Method,
    one: impl FnOnce(&mut PgConnection, &Account) -> Result<T, Problem>,
) -> Result<(T, Enrolled), Problem> {
    let account = claimant.hold(connection)?;
    refuse_to_add(connection, &claimant)?;
    let added = one(connection, &account)?;
    let enrolled = complete(connection, state, visitor, claimant, method)?;
    Ok((added, enrolled))
}

/// What follows when a second factor was added: all that is open without it ends, and the claimant is signed in with two,
/// by `method`. The first one comes with codes to write down.
fn complete(
    connection: &mut PgConnection,
    state: &State,
    visitor: Visitor,
    claimant: Claimant,
    method: Method,
) -> Result<Enrolled, Problem> {
    let account = claimant.account().id;
    match &claimant {
        Claimant::Pending(_) => Session::delete_all(connection, account)?,
        Claimant::SignedIn(caller) => Session::delete_others(connection, account, caller.session)?,
    };
    provider::end_all(connection, account)?;
    let recovery_codes = create_recovery_codes_if_first(connection, account)?;
    let opened = Proceed::new(state, visitor, claimant, method).go(connection)?;
    // The claimant's own is used up by then.
    PendingSignIn::delete_all(connection, account)?;
    Ok(Enrolled { opened, recovery_codes })
}
