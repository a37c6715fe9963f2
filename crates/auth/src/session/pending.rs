//! Sign-ins that wait for a second factor.
//!
//! Such a one is no session with less rights but another thing, with a cookie, a table and an extractor of its own. So
//! what asks for a session need not ask how complete it is, and cannot forget to.

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, time::Duration},
    dev::Payload,
};
use diesel::PgConnection;
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use tallykeep_database::{
    as_account,
    models::{self, Account, NewPendingSignIn},
    with_credential,
};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, hex, run_db, token_hash};

use super::Methods;
use crate::{State, cross_site::refuse_other_sites, host_cookie::PENDING_SIGN_IN, token::random_token};

/// For how long the second factor is waited for.
const MINUTES: i64 = 10;

/// A pending sign-in that is being begun: its token goes to the browser, its hash to the database.
pub(crate) struct BeginSignIn {
    token: String,
    methods: Methods,
}

impl BeginSignIn {
    /// Of somebody who has just proved in these ways who they are.
    pub(crate) fn new(methods: Methods) -> Result<Self, Problem> {
        Ok(Self { token: random_token()?, methods })
    }

    /// Begins it.
    pub(crate) fn insert(&self, connection: &mut PgConnection, account: AccountId) -> Result<(), Problem> {
        let row = NewPendingSignIn {
            account_id: account.as_uuid(),
            token_hash: &token_hash(&self.token),
            methods: &self.methods.to_string(),
            expires_at: Timestamp::now() + SignedDuration::from_mins(MINUTES),
        };
        Ok(row.insert(connection)?)
    }

    /// The cookie with its token.
    pub(crate) fn cookie(&self, state: &State) -> Cookie<'static> {
        PENDING_SIGN_IN.with(state, self.token.clone(), Duration::minutes(MINUTES))
    }
}

/// A browser whose person has given one factor.
pub(crate) struct PendingSignIn {
    pub(crate) account: Account,
    /// How its person has proved who they are.
    pub(crate) methods: Methods,
    /// When it ends by itself.
    pub(crate) expires_at: Timestamp,
    token_hash: Vec<u8>,
}

impl PendingSignIn {
    /// Ends it in the caller's transaction, because the second factor has been given, or is not going to be.
    ///
    /// # Errors
    /// 401 when it has ended meanwhile: by itself, because the password was changed, or because the factor was given
    /// twice at once.
    pub(crate) fn use_up(&self, connection: &mut PgConnection) -> Result<(), Problem> {
        match models::PendingSignIn::delete(connection, self.account.id, &self.token_hash)? {
            true => Ok(()),
            false => Err(not_begun()),
        }
    }

    /// That of `request`, if there is one.
    ///
    /// # Errors
    /// 403 when another site's page sent the request.
    pub(super) async fn find(state: &State, request: &HttpRequest) -> Result<Option<Self>, Problem> {
        let Some(token) = PENDING_SIGN_IN.of(state, request) else { return Ok(None) };
        refuse_other_sites(state, request)?;
        let hash = token_hash(&token);
        run_db(&state.pool, move |connection| {
            with_credential(connection, &hex(&hash), |connection| {
                let Some(row) = models::PendingSignIn::find_by_token(connection, &hash)? else {
                    return Ok(None);
                };
                as_account(connection, row.account_id, |connection| {
                    let account = Account::find(connection, row.account_id)?;
                    Ok::<_, diesel::result::Error>(account.map(|account| Self::new(account, row)))
                })
            })
        })
        .await
    }

    fn new(account: Account, row: models::PendingSignIn) -> Self {
        let models::PendingSignIn { token_hash, methods, expires_at, .. } = row;
        Self { account, methods: Methods::parse(&methods), expires_at, token_hash }
    }
}

impl FromRequest for PendingSignIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = State::of(&request)?;
            Self::find(state, &request).await?.ok_or_else(not_begun)
        })
    }
}

fn not_begun() -> Problem {
    Problem::unauthorized("sign_in_not_begun", "no sign-in is under way here: begin with the password")
}
