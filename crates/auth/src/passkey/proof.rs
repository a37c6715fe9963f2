//! Whether a passkey proves who somebody is.

use diesel::PgConnection;
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Passkey},
    with_credential,
};
use tallykeep_domain::{AccountId, PasskeyId};
use tallykeep_service::{Problem, Visitor, hex, run_db};

use super::{Assertion, Browser, Purpose, RelyingParty, credential_hash, relying_party::Refusal, take};
use crate::{
    State,
    audit::{Action, Record},
};

/// A passkey that somebody presents.
pub(crate) struct Presented {
    pub(crate) visitor: Visitor,
    pub(crate) browser: Browser,
    pub(crate) purpose: Purpose,
    /// Who they have to be, if that is known.
    pub(crate) account: Option<AccountId>,
    pub(crate) assertion: Assertion,
}

/// A passkey that did not prove what it had to.
struct Refused {
    passkey: Option<(AccountId, PasskeyId)>,
    refusal: Refusal,
}

impl Presented {
    /// Does `work` for the account of the passkey, in the transaction that finds the passkey good and acts for that account.
    /// Whoever removes the passkey waits until it is over.
    ///
    /// # Errors
    /// Those of `work`, and of [`take`]. A passkey that is not good is recorded, and refused with 401 where it alone had to
    /// tell who somebody is, else with 403: what the request came with is as good as before. Why it is not, the answer
    /// does not tell.
    pub(crate) async fn prove<T: Send + 'static>(
        self,
        state: &State,
        work: impl FnOnce(&mut PgConnection, Account) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let party = state.relying_party()?;
        let challenge = self.assertion.0.challenge_relaxed().map_err(|_| refusal(self.purpose))?.0;
        let ceremony = take(state, &self.browser, self.purpose, self.account, challenge).await?;
        run_db(&state.pool, move |connection| match self.check(connection, &party, &ceremony, work)? {
            Ok(done) => Ok(done),
            Err(refused) => {
                self.record(connection, refused)?;
                Err(refusal(self.purpose))
            }
        })
        .await
    }

    /// The inner error is a result: what was noted on the way to it stays.
    fn check<T>(
        &self,
        connection: &mut PgConnection,
        party: &RelyingParty,
        ceremony: &[u8],
        work: impl FnOnce(&mut PgConnection, Account) -> Result<T, Problem>,
    ) -> Result<Result<T, Refused>, Problem> {
        let assertion = &self.assertion.0;
        let hash = credential_hash(assertion.raw_id().as_ref());
        with_credential(connection, &hex(&hash), |connection| {
            let found = Passkey::find_by_credential(connection, &hash)?;
            let Some((account, id)) = found.filter(|(owner, _)| self.account.is_none_or(|one| one == *owner))
            else {
                return Ok(Err(Refused { passkey: None, refusal: Refusal::because("it is unknown") }));
            };
            let refused = |refusal| Ok(Err(Refused { passkey: Some((account, id)), refusal }));
            as_account(connection, account, |connection| {
                // Held before the passkey is, as by whoever changes what an account signs in with.
                let held = Account::hold(connection, account)?;
                let Some(owner) = Account::find(connection, account)?.filter(|_| held) else {
                    return refused(Refusal::because("its account is kept out"));
                };
                let Some(passkey) = Passkey::lock(connection, account, id)? else {
                    return refused(Refusal::because("it was removed"));
                };
                let used = match party.verify(ceremony, assertion, &passkey) {
                    Ok(used) => used,
                    Err(refusal) => return refused(refusal),
                };
                passkey.note_use(connection, used)?;
                work(connection, owner).map(Ok)
            })
        })
    }

    fn record(&self, connection: &mut PgConnection, refused: Refused) -> Result<(), Problem> {
        let Refused { passkey, refusal: Refusal { reason, is_copied } } = refused;
        let action = match self.purpose {
            _ if is_copied => Action::PasskeyCopied,
            Purpose::Reauthenticate => Action::Reauthenticate,
            Purpose::Register | Purpose::SignIn | Purpose::SecondFactor => Action::SignIn,
        };
        let account = self.account.or(passkey.map(|(account, _)| account));
        let detail = json!({"passkey": passkey.map(|(_, id)| id), "reason": reason});
        Ok(Record::failure(action, account).with(detail).write(connection, &self.visitor)?)
    }
}

fn refusal(purpose: Purpose) -> Problem {
    let (code, detail) = ("passkey_refused", "this passkey opens nothing here");
    match purpose {
        Purpose::SignIn => Problem::unauthorized(code, detail),
        _ => Problem::forbidden(code, detail),
    }
}
