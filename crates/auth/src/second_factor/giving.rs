//! Giving a second factor, and what it leads to.

use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::models::{Account, Group, RecoveryCode, TotpSecret};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor, run_db_as};

use super::{recovery_codes, totp};
use crate::{
    State,
    audit::{Action, Record},
    lockout,
    mail::{Kind, Mail, Outbox},
    session::{Claimant, Method, PendingSignIn, SignedIn},
    sign_in::{Opened, SignIn, Standing},
};

/// A code that somebody gives.
pub(crate) enum Code {
    /// Of an app.
    Totp(SecretString),
    /// One that was written down.
    Recovery(SecretString),
}

/// A code that was found right, and has yet to be used up.
enum Right {
    Totp(totp::Match),
    Recovery([u8; 32]),
}

/// What a second factor leads to: a sign-in comes to its end, or a session becomes one of two factors.
pub(crate) struct Proceed {
    way: Way,
    method: Method,
    state: State,
    visitor: Visitor,
}

enum Way {
    SignIn(Box<SignIn>, PendingSignIn),
    StepUp(SignedIn),
}

impl Proceed {
    /// For `claimant`, who gives a second factor by `method`.
    pub(crate) fn new(state: &State, visitor: Visitor, claimant: Claimant, method: Method) -> Self {
        let way = match claimant {
            Claimant::Pending(pending) => {
                let methods = pending.methods.clone().and(method);
                Way::SignIn(Box::new(SignIn::new(state, visitor.clone(), methods)), pending)
            }
            Claimant::SignedIn(caller) => Way::StepUp(caller),
        };
        Self { way, method, state: state.clone(), visitor }
    }

    /// Comes to it, in the caller's transaction, which acts for the account. Either way the browser is given another token.
    ///
    /// # Errors
    /// 401 when the sign-in or the session has ended meanwhile.
    pub(crate) fn go(self, connection: &mut PgConnection) -> Result<Opened, Problem> {
        match self.way {
            Way::SignIn(sign_in, pending) => {
                pending.use_up(connection)?;
                sign_in.open(connection, pending.account)
            }
            Way::StepUp(caller) => {
                let token = caller.authenticate(connection, self.method, self.state.session_idle_hours)?;
                let account = caller.account;
                Record::success(Action::GiveSecondFactor, account.id).write(connection, &self.visitor)?;
                let groups = Group::of(connection, account.id)?;
                let cookies = vec![token.cookie(&self.state)];
                Ok(Opened { account, standing: Standing::SignedIn { groups }, cookies })
            }
        }
    }
}

/// Takes a code of `claimant`, once, and proceeds.
///
/// # Errors
/// 403 when it is wrong, was used, or the account is locked; which of these is not told.
pub(crate) async fn give(
    state: &State,
    visitor: Visitor,
    claimant: Claimant,
    code: Code,
) -> Result<Opened, Problem> {
    let account = claimant.account().clone();
    let id = account.id;
    let proceed = Proceed::new(state, visitor.clone(), claimant, Method::OneTimeCode);
    let (outbox, user) = (state.outbox.clone(), visitor.clone());
    let use_up = move |connection: &mut PgConnection, right: Right| {
        // The account comes before what belongs to it, here as wherever it is locked.
        if !Account::hold(connection, id)? || !right.use_up(connection, &account, &outbox, &user)? {
            return Ok(None);
        }
        proceed.go(connection).map(Some)
    };
    match lockout::attempt_once(state, &visitor, id, verify(state, id, code), use_up).await? {
        Some(opened) => {
            state.outbox.call();
            Ok(opened)
        }
        None => Err(refuse(state, id, Action::GiveSecondFactor, visitor).await?),
    }
}

/// The answer to a wrong code, once it is recorded as a failure of `action`.
pub(super) async fn refuse(
    state: &State,
    account: AccountId,
    action: Action,
    visitor: Visitor,
) -> Result<Problem, Problem> {
    let record = Record::failure(action, Some(account));
    run_db_as(&state.pool, account, move |connection| Ok(record.write(connection, &visitor)?)).await?;
    Ok(Problem::forbidden("code_wrong", "the code is wrong, or was used already"))
}

async fn verify(state: &State, account: AccountId, code: Code) -> Result<Option<Right>, Problem> {
    let ring = state.key_ring.clone();
    run_db_as(&state.pool, account, move |connection| match code {
        Code::Totp(code) => {
            let found = totp::match_unused(connection, &ring, account, code.expose_secret())?;
            Ok(found.map(Right::Totp))
        }
        Code::Recovery(code) => {
            let Some(hash) = recovery_codes::hash_of(code.expose_secret()) else { return Ok(None) };
            let exists = RecoveryCode::exists(connection, account, &hash)?;
            Ok(exists.then_some(Right::Recovery(hash)))
        }
    })
    .await
}

impl Right {
    /// Uses it up, and answers whether nobody was quicker.
    fn use_up(
        self,
        connection: &mut PgConnection,
        account: &Account,
        outbox: &Outbox,
        visitor: &Visitor,
    ) -> Result<bool, Problem> {
        match self {
            Self::Totp(found) => Ok(TotpSecret::use_step(connection, account.id, found.id, found.step)?),
            Self::Recovery(hash) => {
                if !RecoveryCode::use_up(connection, account.id, &hash)? {
                    return Ok(false);
                }
                let left = RecoveryCode::count(connection, account.id)?;
                let record = Record::success(Action::UseRecoveryCode, account.id);
                record.with(json!({"left": left})).write(connection, visitor)?;
                let detail = json!({"left": left.to_string()});
                outbox.put(connection, &Mail { detail, ..Mail::to(Kind::RecoveryCodeUsed, account) })?;
                Ok(true)
            }
        }
    }
}
