//! Who sends a request, for the routes of the signed-in browser.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use diesel::PgConnection;
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use tallykeep_database::models::{Account, Session};
use tallykeep_domain::{AccountId, Role, SessionId};
use tallykeep_service::{Problem, Visitor};

use super::{Methods, cookie::token_of, lookup::find, token::SessionToken};
use crate::{
    State,
    cross_site::{is_safe, refuse_other_sites},
    second_factor,
};

/// How long after a proof of who somebody is changes may be made that outlast the session.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// A browser that is signed in.
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) session: SessionId,
    /// How its person has proved who they are.
    pub(crate) methods: Methods,
    pub(super) token: SessionToken,
    pub(super) rotated_before: SignedDuration,
    authenticated_before: SignedDuration,
    /// When the person proved who they are.
    pub(crate) authenticated_at: Timestamp,
}

impl SignedIn {
    pub(super) fn new(account: Account, session: &Session, token: SessionToken) -> Self {
        Self {
            account,
            session: session.id,
            methods: Methods::parse(&session.methods),
            token,
            rotated_before: session.read_at.duration_since(session.rotated_at),
            authenticated_before: session.read_at.duration_since(session.authenticated_at),
            authenticated_at: session.authenticated_at,
        }
    }

    /// Who sends `request`, by the session cookie alone. Unlike the extractor it does not ask which site's page made the
    /// browser send it.
    pub(crate) async fn find(state: &State, request: &HttpRequest) -> Result<Option<Self>, Problem> {
        match token_of(state, request) {
            Some(token) => find(state, token, Visitor::of(request)).await,
            None => Ok(None),
        }
    }

    /// Makes sure, in the transaction that does what was asked for and acts for the account, that the session is still
    /// what the extractor found: the password may have been changed since, or the account disabled. It stays so until
    /// the transaction ends. To be called before anything else is locked.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(crate) fn hold(&self, connection: &mut PgConnection) -> Result<Account, Problem> {
        let account = hold_account(connection, self.account.id)?;
        self.hold_session(connection)?;
        Ok(account)
    }

    fn hold_session(&self, connection: &mut PgConnection) -> Result<(), Problem> {
        if Session::hold(connection, self.account.id, self.session)? { Ok(()) } else { Err(signed_out()) }
    }

    /// Whether the person proved who they are at most so long ago.
    pub(crate) fn has_authenticated_within(&self, time: SignedDuration) -> bool {
        self.authenticated_before <= time
    }

    /// Refuses who has not shown within the last ten minutes who they are.
    ///
    /// # Errors
    /// 403, which names what to do.
    pub(crate) fn refuse_unless_recent(&self) -> Result<(), Problem> {
        if self.has_authenticated_within(RECENT) {
            return Ok(());
        }
        let detail = "this needs the password once more: send it to /auth/reauthenticate, or where the account has a second \
                      factor, a code to /auth/second-factor/totp";
        Err(Problem::forbidden("reauthentication_needed", detail))
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = State::of(&request)?;
            let token = token_of(state, &request).ok_or_else(signed_out)?;
            refuse_other_sites(state, &request)?;
            find(state, token, Visitor::of(&request)).await?.ok_or_else(signed_out)
        })
    }
}

/// A browser that is signed in as an administrator, and whose person has proved within the last ten minutes who they are
/// if it asks to change something. Administrators can make themselves the way into any account, so a cookie that was
/// stolen from one must not be enough.
pub(crate) struct Administrator(pub(crate) SignedIn);

impl Administrator {
    /// As [`SignedIn::hold`], in a transaction of the operator, and that the account still administers. Of several
    /// administrators each waits for the one before.
    ///
    /// # Errors
    /// 401 when the session has ended, 403 when the account does not administer any more.
    pub(crate) fn hold(&self, connection: &mut PgConnection) -> Result<(), Problem> {
        if !Account::lock_administrators(connection)?.contains(&self.0.account.id) {
            return Err(not_administrator());
        }
        self.0.hold_session(connection)
    }
}

impl FromRequest for Administrator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let changes = !is_safe(request);
        let two_factors =
            request.app_data::<web::Data<State>>().is_none_or(|state| state.second_factor.of_administrators);
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed_in = signed_in.await?;
            if signed_in.account.role != Role::Administrator.as_str() {
                return Err(not_administrator());
            }
            // Sessions may be older than the role, or than the setting.
            if two_factors && !signed_in.methods.are_two_factors() {
                return Err(second_factor::needed());
            }
            if changes {
                signed_in.refuse_unless_recent()?;
            }
            Ok(Self(signed_in))
        })
    }
}

/// A browser whose person has proved within the last ten minutes who they are. For changes that outlast the session: who
/// finds an open browser, or steals a cookie, must not be able to make more of it.
pub(crate) struct RecentlyAuthenticated(pub(crate) SignedIn);

impl FromRequest for RecentlyAuthenticated {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed_in = signed_in.await?;
            signed_in.refuse_unless_recent()?;
            Ok(Self(signed_in))
        })
    }
}

/// The account, which is let in, and stays so until the transaction ends.
pub(super) fn hold_account(connection: &mut PgConnection, id: AccountId) -> Result<Account, Problem> {
    Account::lock(connection, id)?.filter(Account::is_admitted).ok_or_else(signed_out)
}

fn not_administrator() -> Problem {
    Problem::forbidden("administrator_needed", "only an administrator may do this")
}

pub(super) fn signed_out() -> Problem {
    Problem::unauthorized("session_missing", "this needs a signed-in browser")
}
