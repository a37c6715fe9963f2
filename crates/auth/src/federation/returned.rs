//! What a browser that is back was sent away for.

use actix_web::{HttpRequest, cookie::Cookie};
use jiff::SignedDuration;
use serde_json::json;
use tallykeep_database::models::Departure;
use tallykeep_service::{Problem, Visitor, run_db, run_db_as};

use super::{
    Arrival, DepartureToken, Provider, Purpose,
    account::{Entry, Found, find},
};
use crate::{
    State,
    admission::refuse_before_hashing,
    audit::{Action, Record},
    newcomer::Newcomer,
    password::NewPassword,
    second_factor,
    session::{Method, SignedIn},
    sign_in::SignIn,
    token::random_token,
};

/// How far apart the clocks of a provider and of this server may be.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// A browser that is back from a provider, as it was sent there.
pub(crate) struct Returned<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) departure: Departure,
    pub(crate) purpose: Purpose,
    pub(crate) token: DepartureToken,
    /// What can be traded for whom the provider vouches for, unless it vouches for nobody.
    pub(crate) code: Option<String>,
    /// Who sent the browser back, as far as it is told.
    pub(crate) sender: Option<String>,
}

impl Returned<'_> {
    /// Does what the browser was sent away for, and answers the cookies that come of it. Whom a second factor is asked of
    /// is not signed in yet: the page finds out, wherever it is opened.
    ///
    /// # Errors
    /// What the page is to tell, by its code.
    pub(crate) async fn finish(
        &self,
        state: &State,
        request: &HttpRequest,
        visitor: &Visitor,
    ) -> Result<Vec<Cookie<'static>>, Problem> {
        self.provider.check_sender(self.sender.as_deref()).await?;
        let code = self.code.clone().ok_or_else(|| {
            Problem::forbidden(
                "provider_declined",
                "the provider sent the browser back without a word for it",
            )
        })?;
        let arrival = self.provider.receive(&self.token, code).await?;
        let cookies = match self.purpose {
            Purpose::SignIn => self.sign_in(state, visitor.clone(), arrival).await?,
            Purpose::Link | Purpose::Reauthenticate => {
                let caller = SignedIn::find(state, request).await?;
                let caller = caller.filter(|caller| Some(caller.session) == self.departure.session());
                self.prove(state, visitor.clone(), arrival, caller.ok_or_else(expired)?).await?
            }
        };
        state.outbox.call();
        Ok(cookies)
    }

    async fn sign_in(
        &self,
        state: &State,
        visitor: Visitor,
        arrival: Arrival,
    ) -> Result<Vec<Cookie<'static>>, Problem> {
        let (arrival, found) =
            run_db(&state.pool, move |connection| find(connection, &arrival).map(|found| (arrival, found)))
                .await?;
        let sign_in = SignIn::new(state, visitor.clone(), Method::Federated.into());
        let (shared, id) = (state.clone(), self.provider.id.clone());
        let opened = match found {
            Found::Somebody(account, identity) => {
                run_db(&state.pool, move |connection| {
                    let entry = Entry::new(&shared, &id, &arrival, &visitor)?;
                    entry.sign_in(connection, sign_in, *account, identity.as_ref())
                })
                .await?
            }
            Found::Nobody(email) => {
                let Departure { invitation_hash, time_zone, .. } = self.departure.clone();
                refuse_before_hashing(state, invitation_hash.is_some()).await?;
                // So that no way in has to tell accounts with and without one apart.
                let password = NewPassword::parse(random_token()?.into(), &email)?;
                let password_hash = state.passwords.hash(password).await?;
                let newcomer = Newcomer { email, password_hash, has_password: false, time_zone };
                run_db(&state.pool, move |connection| {
                    let entry = Entry::new(&shared, &id, &arrival, &visitor)?;
                    entry.register(
                        connection,
                        shared.registration,
                        &newcomer,
                        invitation_hash.as_deref(),
                        sign_in,
                    )
                })
                .await?
            }
        };
        Ok(opened.cookies)
    }

    /// Links the identity to the account of `caller`, or has it prove that it is still the same person. Then the session goes
    /// on with another cookie, and the old one is void at once.
    async fn prove(
        &self,
        state: &State,
        visitor: Visitor,
        arrival: Arrival,
        caller: SignedIn,
    ) -> Result<Vec<Cookie<'static>>, Problem> {
        let purpose = self.purpose;
        if purpose == Purpose::Reauthenticate {
            refuse_unless_fresh(&arrival, &self.departure)?;
        }
        let (shared, id) = (state.clone(), self.provider.id.clone());
        let token = run_db_as(&state.pool, caller.account.id, move |connection| {
            let entry = Entry::new(&shared, &id, &arrival, &visitor)?;
            let account = caller.hold(connection)?;
            if purpose == Purpose::Link {
                entry.link(connection, &account)?;
                return Ok(None);
            }
            let account = account.id;
            // The session may have been opened by this very provider. What a thief of it lacks is the other factor.
            if !second_factor::enrolled(connection, account)?.is_empty() {
                return Err(second_factor::needed());
            }
            entry.confirm(connection, account)?;
            let record = Record::success(Action::Reauthenticate, account).with(json!({"provider": id}));
            record.write(connection, &visitor)?;
            caller.authenticate(connection, Method::Federated, shared.session_idle_hours).map(Some)
        })
        .await?;
        Ok(token.map(|token| token.cookie(state)).into_iter().collect())
    }
}

/// Refuses a proof that the person may have given before they were asked: a session at the provider is none.
fn refuse_unless_fresh(arrival: &Arrival, departure: &Departure) -> Result<(), Problem> {
    let asked_at = departure.created_at - CLOCKS_DIFFER;
    if arrival.authenticated_at.is_some_and(|at| at >= asked_at) {
        return Ok(());
    }
    let detail = "the provider does not say that it has just asked who is there";
    Err(Problem::forbidden("provider_did_not_ask", detail))
}

/// 403: the browser was not sent there, or too long ago, or is back already.
pub(crate) fn expired() -> Problem {
    Problem::forbidden("departure_expired", "this browser was not sent there, or too long ago")
}
